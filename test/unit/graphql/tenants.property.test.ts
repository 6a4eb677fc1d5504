/** No value, statistic, event or error of one cluster is ever seen in another, whatever is done to them in which order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { names, sees, TenantWorld } from './tenant-world.js';
import type { Answer, Name, Who } from './tenant-world.js';

const fields = [
  'taskStatus(useCache: $) { cluster total counts { state count } }',
  'tasks(useCache: $, first: 3) { nodes { cluster taskId name args worker { cluster hostname } } }',
  'task(useCache: $, taskId: "task-1-of-a") { cluster taskId name }',
  'workers(useCache: $) { nodes { cluster hostname status } }',
  'queues(useCache: $) { nodes { cluster name } }',
  'metricsSummary(useCache: $) { cluster finished workersTotal }',
  'taskTypes(useCache: $) { nodes { cluster name total } }',
  'health(useCache: $) { cluster status }',
  'cacheStats { cluster summary { totalHits totalMisses } }',
] as const;

type Field = (typeof fields)[number];
const withCache = (field: string, useCache: boolean): string => field.replace('$', String(useCache));
/** With the cluster's name among its arguments. */
function named(field: string, name: string): string {
  const argument = `cluster: ${JSON.stringify(name)}`;
  const [head = '', ...rest] = field.split('{');
  const call = head.includes('(') ? head.replace(')', `, ${argument})`) : `${head.trim()}(${argument}) `;
  return [call, ...rest].join('{');
}

type Step =
  | { readonly kind: 'event'; readonly name: Name }
  | { readonly kind: 'lose'; readonly name: Name }
  | { readonly kind: 'advance'; readonly milliseconds: number }
  | { readonly kind: 'invalidate'; readonly who: Who; readonly name: string }
  | { readonly kind: 'listen'; readonly who: Who; readonly name: string }
  | { readonly kind: 'compare'; readonly who: Who; readonly field: Field; readonly useCache: boolean }
  | {
      readonly kind: 'ask';
      readonly who: Who;
      readonly parts: readonly Part[];
      readonly useCache: boolean;
    }
  | {
      readonly kind: 'together';
      /** Of two clusters, asked for by two viewers in operations that run at the same time. */
      readonly fields: Readonly<Record<'a' | 'b', readonly Field[]>>;
      readonly useCache: boolean;
    };
interface Part {
  /** Null is the default. */
  readonly name: string | null;
  readonly field: Field;
}

const name = fc.constantFrom(...names);
const given = fc.constantFrom(...names, 'unknown');
const who = fc.constantFrom(...(['ab', 'ab', 'bc', 'bc', 'none'] as const));
const field = fc.constantFrom(...fields);
const useCache = fc.constantFrom(true, true, true, false);
const part = fc.record({ name: fc.option(given), field });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('event' as const), name }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      milliseconds: fc.constantFrom(1, 1_000, 2_000, 5_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), name }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), who, name: given }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('listen' as const), who, name: given }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('compare' as const), who, field, useCache }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...{ kind: fc.constant('together' as const), useCache },
      fields: fc.record({ a: some(field), b: some(field) }),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      ...{ kind: fc.constant('ask' as const), who, useCache },
      parts: some(part),
    }),
  },
);

function some<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: 1, maxLength: 4 });
}

const isName = (text: string): text is Name => names.some((known) => known === text);
function chosen(viewer: Who, asked: string | null): Name | null {
  const seen: readonly Name[] = sees[viewer];
  if (asked === null) return seen[0] ?? null;
  return isName(asked) && seen.includes(asked) ? asked : null;
}
const reached = { reads: 0, refusals: 0, outages: 0, events: 0, together: 0 };
const refusal = 'There is no such cluster';
const valueOf = ({ data }: Answer, key: string): unknown =>
  (data as Record<string, unknown> | null)?.[key] ?? null;

/** One operation with an alias for each part; its twins get each their own parts, in the same order. */
async function ask(world: TenantWorld, step: Extract<Step, { kind: 'ask' }>): Promise<void> {
  const { who, useCache } = step;
  // A field that is never null would take the rest of the answer with it when it is refused.
  const parts = step.parts.filter(
    ({ name, field }) => chosen(who, name) !== null || !/^(health|cacheStats)/.test(field),
  );
  if (parts.length === 0) return;
  const texts = parts.map(({ field }) => withCache(field, useCache));
  const aliased = parts.map(({ name }, at) => {
    const text = texts[at] ?? '';
    return `p${at}: ${name === null ? text : named(text, name)}`;
  });
  const answer = await world.ask(who, `{ ${aliased.join(' ')} }`);
  const of = parts.map(({ name }) => chosen(who, name));
  const refused = of.flatMap((name, at) =>
    name === null ? [{ message: refusal, path: `p${at}` }] : [],
  );
  const errors = [...refused];
  const reads: string[] = [];
  for (const twin of new Set(of)) {
    if (twin === null) continue;
    const own = aliasesOf(texts, of, twin);
    const alone = await world.askTwin(twin, `{ ${own.map(({ text }) => text).join(' ')} }`);
    for (const { at } of own) expect(valueOf(answer, `p${at}`)).toEqual(valueOf(alone, `p${at}`));
    errors.push(...alone.errors);
    reads.push(...alone.reads);
    reached.outages += alone.errors.length;
  }
  const byPath = (list: Answer['errors']) =>
    list.map(({ path, message }) => `${path} ${message}`).sort();
  expect(byPath(answer.errors)).toEqual(byPath(errors));
  expect(answer.reads).toEqual(reads.sort());
  const allowed: readonly string[] = sees[who];
  expect(answer.clusters.filter((one) => !allowed.includes(one))).toEqual([]);
  reached.reads += reads.length;
  reached.refusals += refused.length;
}

async function together(world: TenantWorld, step: Extract<Step, { kind: 'together' }>): Promise<void> {
  const { fields, useCache } = step;
  const operation = (who: Who, name: 'a' | 'b') => {
    const parts = fields[name].map((field) => ({ name, field }));
    return ask(world, { kind: 'ask', who, parts, useCache });
  };
  await Promise.all([operation('ab', 'a'), operation('bc', 'b')]);
  reached.together++;
}

function aliasesOf(texts: readonly string[], of: readonly (Name | null)[], twin: Name) {
  return texts.flatMap((text, at) => (of[at] === twin ? [{ at, text: `p${at}: ${text}` }] : []));
}

it('keeps clusters apart in every interleaving of what is done to them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      await using world = new TenantWorld();
      await world.ready();
      let events = 0;
      const listening: { stream: Awaited<ReturnType<TenantWorld['listen']>>; of: Name | null }[] = [];
      for (const one of steps) {
        if (one.kind === 'event') await world.event(one.name, ++events);
        else if (one.kind === 'lose') await world.lose(one.name);
        else if (one.kind === 'advance') world.clock.now += one.milliseconds;
        else if (one.kind === 'ask') await ask(world, one);
        else if (one.kind === 'together') await together(world, one);
        else if (one.kind === 'listen') {
          const text = `subscription { taskEvents(cluster: "${one.name}") { cluster task { cluster taskId name args } } }`;
          listening.push({ stream: await world.listen(one.who, text), of: chosen(one.who, one.name) });
        } else if (one.kind === 'invalidate') {
          const text = `mutation { ${named('invalidateCache { invalidated stats { cluster } }', one.name)} }`;
          const answer = await world.ask(one.who, text);
          const twin = chosen(one.who, one.name);
          if (twin === null) expect(answer.errors.map(({ message }) => message)).toEqual([refusal]);
          else
            expect(answer.data).toEqual(
              (
                await world.askTwin(
                  twin,
                  'mutation { invalidateCache { invalidated stats { cluster } } }',
                )
              ).data,
            );
        } else {
          const text = withCache(one.field, one.useCache);
          const key = text.split(/\W/)[0] ?? '';
          const answer = await world.ask(one.who, `{ clusters { name ${text} } }`);
          const alone: unknown[] = [];
          for (const twin of sees[one.who])
            alone.push({ name: twin, [key]: valueOf(await world.askTwin(twin, `{ ${text} }`), key) });
          expect(answer.data).toEqual({ clusters: alone });
        }
      }
      for (const { stream, of } of listening) {
        const items = JSON.stringify(await stream.stop());
        const foreign = names.filter((known) => known !== of);
        for (const other of foreign)
          expect(items).not.toMatch(new RegExp(`-of-${other}"|"${other}"|"${other}\\.work|@${other}"`));
        reached.events += items.split('"taskEvents":{').length - 1;
      }
      for (const one of names) {
        const [shared, alone] = world.figures(one);
        expect(shared).toEqual(alone);
      }
    }),
    { numRuns: 80 },
  );
  for (const count of Object.values(reached)) expect(count).toBeGreaterThan(5);
}, 60_000);

it('leaves the hit rate of one cluster as it was, however many keys another has', async () => {
  await using world = new TenantWorld();
  await world.ready();
  for (let n = 0; n < 10_000; n++) {
    await world.ask('ab', `{ task(cluster: "a", taskId: "${n}") { taskId } }`);
    if (n % 100 === 0)
      await world.ask('bc', `{ tasks(cluster: "b", first: ${(n / 100) % 10}) { totalCount } }`);
  }
  const stats = async (name: Name) => {
    const text = `{ cacheStats(cluster: "${name}", names: [TASK_STATUS]) {
      caches { hits misses sets evictions size hitRatePercent } } }`;
    return (await world.ask('ab', text)).data;
  };
  const zero = { hits: 0, misses: 10_000, sets: 10_000, evictions: 9_500, size: 500, hitRatePercent: 0 };
  const rest = { hits: 90, misses: 10, sets: 10, evictions: 0, size: 10, hitRatePercent: 90 };
  expect(await stats('a')).toEqual({ cacheStats: { caches: [zero] } });
  expect(await stats('b')).toEqual({ cacheStats: { caches: [rest] } });
}, 60_000);
