/**
 * A name from outside as it leaves in UTF-8, where halves of a surrogate pair all become the same character. Names that
 * differ in nothing else are one series: a series that is there twice makes the whole scrape invalid.
 */
export function labelText(name: string): string {
  return Buffer.from(name).toString();
}

/** The first of each label. */
export function distinct<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const { size } = seen;
    return seen.add(labelText(nameOf(item))).size > size;
  });
}
