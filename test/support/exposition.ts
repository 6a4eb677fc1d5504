/** Reads the text format of Prometheus, so that tests can say which series they mean. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function samplesOf(text: string): readonly Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const found = /^(?<name>[a-z]\w*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/i.exec(line)?.groups;
      if (!found) throw new Error(`Not a sample: ${line}`);
      const labels = [...(found['labels'] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name: found['name'] ?? '',
        labels: Object.fromEntries(labels.map(([, label = '', value = '']) => [label, value])),
        value: Number(found['value']?.replace('+Inf', 'Infinity')),
      };
    });
}

/** The values of all series of that name that have these labels. */
export function valuesOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): readonly number[] {
  const hasLabels = (sample: Sample): boolean =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value);
  return samples.filter((sample) => sample.name === name && hasLabels(sample)).map(({ value }) => value);
}
