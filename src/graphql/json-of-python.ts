/** Fields that show a text in Python's notation as JSON. */

/**
 * Options of such a field, but for its resolver.
 * @param name of the field with the text
 */
export function jsonOfPython(name: string) {
  return {
    type: 'JSON',
    nullable: true,
    description:
      `\`${name}\` as JSON: tuples and sets are lists, integers beyond 2^53 are texts, secrets are masked. Null if \`${name}\` is ` +
      'null or cut, if a backslash leaves it ambiguous, or if it has values that JSON does not have, such as bytes, `nan` and objects.',
    complexity: 5, // a text may have ten thousand characters, and each is read
  } as const;
}
