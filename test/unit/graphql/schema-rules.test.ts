/** Rules that hold for every name and number of the schema; what is deprecated is excepted. */
import { describe, expect, it } from 'vitest';
import { schema } from '../../../src/graphql/schema.js';
import { schemaElements } from '../../support/schema-elements.js';

const elements = schemaElements(schema).filter(({ deprecationReason }) => !deprecationReason);
const ofType = (name: string) => elements.filter(({ typeName }) => typeName === name);

describe('numbers of the schema', () => {
  /** getrusage(2) has numbers of its own, caches have tables of counters, and a clock ticks with every message. */
  const ownRules = ['ResourceUsage', 'CacheStats', 'CacheTotals', 'SharedCache', 'KeptAnswers'];
  const floats = ofType('Float').filter(
    ({ name, owner, kind }) =>
      kind === 'field' &&
      !/(Seconds|Percent|PerSecond|[bB]ytes)$/.test(name) &&
      !ownRules.includes(owner) &&
      name !== 'clock',
  );

  it('are Float where they only grow: 32 bits are too few for the counters of years', () => {
    expect(floats.map(({ path }) => path)).toEqual([
      'CacheAdvice.threshold',
      'CacheAdvice.value',
      'CacheBreaker.opens',
      'CacheStatsSummary.totalHits',
      'CacheStatsSummary.totalMisses',
      'CacheStatsSummary.totalRequests',
      'Distribution.count',
      'EventCounters.dropped',
      'EventCounters.lost',
      'EventCounters.malformed',
      'EventCounters.received',
      'EventCounters.reconnects',
      'EventCounters.unreadHeaders',
      'MetricsSummary.failed',
      'MetricsSummary.finished',
      'MetricsSummary.succeeded',
      'Reconciliation.rounds',
      'Reconciliation.tasksLookedUp',
      'Reconciliation.tasksSettled',
      'Reconciliation.workersAsked',
      'SubscriptionStats.delivered',
      'SubscriptionStats.dropped',
      'TaskEvent.dropped',
      'TaskNameCount.count',
      'TaskOutcomes.failed',
      'TaskOutcomes.finished',
      'TaskOutcomes.succeeded',
      'TaskStateCount.count',
      'TaskStatus.total',
      'TaskStore.evicted',
      'TaskType.failed',
      'TaskType.finished',
      'TaskType.succeeded',
      'TaskType.total',
      'Unreadable.total',
      'Worker.loadAverage',
      'Worker.processed',
      'WorkerEvent.dropped',
      'WorkerPool.threads',
      'WorkerStats.total',
    ]);
  });

  it('are Int where they are the size of something at a moment', () => {
    const growing = ofType('Int').filter(
      ({ kind, description }) =>
        kind === 'field' && /since (its|the) (start|gateway)/.test(description ?? ''),
    );
    expect(growing.map(({ path }) => path)).toEqual([]);
  });

  it('are Float where they are bytes: more than 2 GiB is a size', () => {
    expect(ofType('Int').filter(({ name }) => /bytes/i.test(name))).toEqual([]);
  });
});

describe('names of the schema', () => {
  const kinds = ['field', 'argument', 'input field'];
  const named = elements.filter(({ kind }) => kinds.includes(kind));
  const paths = (which: typeof named) => which.map(({ path }) => path);
  /** As in Celery's `apply_async`, and the ends of a range. */
  const otherTimes = ['eta', 'expires', 'after', 'before'];

  it('of times end in At, except names of Celery and the ends of a range', () => {
    const times = [...ofType('DateTime'), ...ofType('DateTimeRange')];
    const others = times.filter(({ name }) => !name.endsWith('At') && !otherTimes.includes(name));
    expect(paths(others)).toEqual([]);
  });

  it('end in At for times alone', () => {
    const others = named.filter(
      ({ name, typeName }) => /[a-z]At$/.test(name) && !/^DateTime/.test(typeName ?? ''),
    );
    expect(paths(others)).toEqual([]);
  });

  it('of durations end in Seconds', () => {
    const numbers = [...ofType('Float'), ...ofType('Int'), ...ofType('FloatRange')];
    const others = numbers.filter(
      ({ name, description }) =>
        /^(seconds|duration|length of .* in seconds)\b/i.test(description ?? '') &&
        !name.endsWith('Seconds'),
    );
    expect(paths(others)).toEqual([]);
  });

  it('of percentages end in Percent', () => {
    const numbers = [...ofType('Float'), ...ofType('Int')];
    const others = numbers.filter(
      ({ name, description }) =>
        /^percentage|as a percentage|, 0-100\./i.test(description ?? '') && !name.endsWith('Percent'),
    );
    expect(paths(others)).toEqual([]);
  });

  it('of lists of node names are not those of workers', () => {
    const texts = [...ofType('ID'), ...ofType('String')];
    const others = texts.filter(({ name }) => /^(workers|nodes|hosts|nodeNames)$/.test(name));
    expect(paths(others)).toEqual([]);
  });

  it('are words', () => {
    const short = named.filter(({ name }) => /^(n|num|qty|cnt|amt|no)$/.test(name));
    expect(paths(short)).toEqual([]);
  });

  it('of booleans are adjectives and participles, without is, has or can', () => {
    const prefixed = ofType('Boolean').filter(
      ({ name, path }) => /^(is|can|should|was)[A-Z]/.test(name) && path !== 'QueueFilter.hasMessages',
    );
    expect(paths(prefixed)).toEqual([]);
  });
});
