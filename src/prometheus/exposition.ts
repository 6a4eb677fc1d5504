/** The values of one scrape, and their text. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RegistryContentType } from 'prom-client';
import type { Buckets } from './buckets.js';
import { roundSeconds } from '../seconds.js';
import { prefix, series } from './series.js';
import type { LabelOf, SeriesName, SeriesType } from './series.js';

export const formats = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openMetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;
export type Format = keyof typeof formats;

/** A label that is null is left out. */
export type Labels = Readonly<Record<string, string | null>>;

interface Value {
  readonly metricName?: string;
  readonly labels: Record<string, string>;
  /** Those that a whole histogram has: prom-client writes them once. */
  readonly sharedLabels?: Record<string, string>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: SeriesType;
  readonly help: string;
  readonly values: Value[];
}

/** What one scrape shows. A value that nobody knows is left out: a series that is absent claims nothing. */
export class Scrape {
  readonly #families = new Map<string, Family>();

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
    given: Readonly<Record<LabelOf<N>, string | null>>,
    buckets: Buckets,
  ): void {
    const { type, help } = series[name];
    const { values } = this.#family({ name: prefix + name, type, help });
    const sharedLabels = present(given);
    const counts = buckets.cumulative();
    const metricName = `${prefix}${name}_bucket`;
    for (const [at, value] of counts.entries())
      values.push({ metricName, labels: leOf(buckets.bounds[at]), sharedLabels, value });
    const labels = {};
    values.push({
      metricName: `${prefix}${name}_sum`,
      labels,
      sharedLabels,
      value: measured(name, buckets.sum),
    });
    const count = counts.at(-1) ?? 0;
    values.push({ metricName: `${prefix}${name}_count`, labels, sharedLabels, value: count });
  }

  /**
   * A series that is in no row.
   * @param metricName of a part of a histogram
   */
  addOther(family: Omit<Family, 'values'>, given: Labels, value: number, metricName?: string): void {
    const labels = present(given);
    this.#family(family).values.push({
      ...(metricName !== undefined && { metricName }),
      labels,
      value: measured(family.name, value),
    });
  }

  async text(format: Format): Promise<string> {
    const registry = new Registry<RegistryContentType>();
    registry.setContentType(formats[format]);
    const families = [...this.#families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const family of families) registry.registerMetric(metricOf(family));
    return registry.metrics();
  }

  #family(family: Omit<Family, 'values'>): Family {
    const known = this.#families.get(family.name);
    if (known !== undefined) return known;
    const created = { ...family, values: [] };
    this.#families.set(family.name, created);
    return created;
  }
}

function measured(name: string, value: number): number {
  return /_seconds(?:_total)?$/.test(name) ? roundSeconds(value) : value;
}

/** OpenMetrics wants floats. */
function leOf(bound: number | undefined): Record<string, string> {
  if (bound === undefined) return { le: '+Inf' };
  return { le: Number.isInteger(bound) ? bound.toFixed(1) : String(bound) };
}

function present(labels: Labels): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) if (value !== null) given[name] = value;
  return given;
}

/** Of prom-client's kind, with values that are known at once: it would look each up by its labels. */
function metricOf({ name, help, type, values }: Family): Counter | Gauge | Histogram {
  const options: Options = { name, help, registers: [] };
  if (type === 'counter') return new CounterOf(options, values);
  if (type === 'gauge') return new GaugeOf(options, values);
  return new HistogramOf(options, values);
}

interface Options {
  readonly name: string;
  readonly help: string;
  readonly registers: [];
}

class CounterOf extends Counter {
  readonly #values: Value[];

  constructor(options: Options, values: Value[]) {
    super(options);
    this.#values = values;
  }

  override async get(): ReturnType<Counter['get']> {
    return { ...(await super.get()), values: this.#values };
  }
}

class GaugeOf extends Gauge {
  readonly #values: Value[];

  constructor(options: Options, values: Value[]) {
    super(options);
    this.#values = values;
  }

  override async get(): ReturnType<Gauge['get']> {
    return { ...(await super.get()), values: this.#values };
  }
}

class HistogramOf extends Histogram {
  readonly #shown: object;

  constructor(options: Options, values: Value[]) {
    super(options);
    this.#shown = { ...options, type: 'histogram', values };
  }

  /** Which the registry asks for rather than for `get`; prom-client's types do not know of it. */
  async getForPromString(): Promise<object> {
    return this.#shown;
  }
}
