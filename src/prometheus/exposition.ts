/** The values of one scrape, and their text. */
import type { Buckets } from './buckets.js';
import { roundSeconds } from '../seconds.js';
import { slices } from '../slices.js';
import { prefix, series } from './series.js';
import type { LabelOf, SeriesName } from './series.js';
import { familyText, joinFamilies } from './text-format.js';
import type { Family, Format, Labels, Sample } from './text-format.js';

/** Milliseconds that the text of one sample takes. */
const msPerSample = 0.003;

/** What one scrape shows. An unknown value is left out: a series that is absent claims nothing. */
export class Scrape {
  readonly #families = new Map<string, Family & { readonly samples: Sample[] }>();

  add<N extends SeriesName>(
    name: N,
    labels: Readonly<Record<LabelOf<N>, string | null>>,
    value: number | boolean | null,
  ): void {
    if (value === null) return;
    const { type, help } = series[name];
    this.addOther({ name: prefix + name, type, help }, labels, Number(value));
  }

  addHistogram<N extends SeriesName>(
    name: N,
    labels: Readonly<Record<LabelOf<N>, string | null>>,
    buckets: Buckets,
  ): void {
    const { type, help } = series[name];
    const family = { name: prefix + name, type, help };
    const samples = this.#samplesOf(family);
    const counts = buckets.cumulative();
    for (const [at, value] of counts.entries())
      samples.push({ name: `${family.name}_bucket`, le: leOf(buckets.bounds[at]), labels, value });
    const sum = measured(name, buckets.sum);
    samples.push({ name: `${family.name}_sum`, le: null, labels, value: sum });
    samples.push({ name: `${family.name}_count`, le: null, labels, value: counts.at(-1) ?? 0 });
  }

  /**
   * A series that is in no row.
   * @param sampleName of a part of a histogram
   */
  addOther(
    family: Omit<Family, 'samples'>,
    labels: Labels,
    value: number,
    sampleName = family.name,
  ): void {
    const shown = measured(family.name, value);
    this.#samplesOf(family).push({ name: sampleName, le: null, labels, value: shown });
  }

  /**
   * Each family is written in a turn of the event loop that has time left: together they may be ten thousand lines.
   * @param turn resolves when work of so many milliseconds may begin
   */
  async text(
    format: Format,
    turn: (ms: number) => Promise<unknown> = (ms) => slices.reserve(ms),
  ): Promise<string> {
    const families = [...this.#families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const texts: string[] = [];
    for (const family of families) {
      await turn(family.samples.length * msPerSample);
      texts.push(familyText(family, format));
    }
    return joinFamilies(texts, format);
  }

  #samplesOf(family: Omit<Family, 'samples'>): Sample[] {
    const known = this.#families.get(family.name);
    if (known !== undefined) return known.samples;
    const samples: Sample[] = [];
    this.#families.set(family.name, { ...family, samples });
    return samples;
  }
}

function measured(name: string, value: number): number {
  return /_seconds(?:_total)?$/.test(name) ? roundSeconds(value) : value;
}

/** The upper bound of a bucket as a float, which OpenMetrics requires. */
function leOf(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}
