/** The text formats of a scrape: Prometheus 0.0.4 and OpenMetrics 1.0.0. */
import type { SeriesType } from './series.js';

/** Content types by format. */
export const formats = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openMetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;
export type Format = keyof typeof formats;

const separators = { text: '\n\n', openMetrics: '\n' } as const satisfies Record<Format, string>;
const ends = { text: '\n', openMetrics: '\n# EOF\n' } as const satisfies Record<Format, string>;

/** A label that is null is left out. */
export type Labels = Readonly<Record<string, string | null>>;

export interface Sample {
  /** The name of the family, with a suffix for a part of a histogram. */
  readonly name: string;
  /** Upper bound of the bucket; null if the sample is not a bucket. */
  readonly le: string | null;
  /** One object for all samples of a histogram, so that its text is written once. */
  readonly labels: Labels;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: SeriesType;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export function familyText({ name, type, help, samples }: Family, format: Format): string {
  // OpenMetrics names a family of counters without the suffix that its samples have.
  const shown = format === 'openMetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  const lines = [`# HELP ${shown} ${escaped(help)}`, `# TYPE ${shown} ${type}`];
  let [labels, text]: [Labels | null, string] = [null, ''];
  for (const sample of samples) {
    if (sample.labels !== labels) [labels, text] = [sample.labels, labelsText(sample.labels)];
    const { le } = sample;
    const all = le === null ? text : `le="${le}"${text === '' ? '' : ','}${text}`;
    lines.push(`${sample.name}${all === '' ? '' : `{${all}}`} ${valueText(sample.value)}`);
  }
  return lines.join('\n');
}

export function joinFamilies(texts: readonly string[], format: Format): string {
  return texts.join(separators[format]) + ends[format];
}

function labelsText(labels: Labels): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(labels))
    if (value !== null) parts.push(`${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return parts.join(',');
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}
