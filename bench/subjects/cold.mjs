/** A page that no cache may answer, as the number of tasks grows, beside Flower with as many tasks. */
import { startFlower, untilFlowerHas } from '../support/flower.mjs';
import { graphqlPost } from '../support/load.mjs';
import { pageFields, pageSize, startCluster } from '../support/page.mjs';
import { stopAll } from '../support/processes.mjs';
import { interleave, loadFigures, rowsOf, speedRatio, underLoad } from '../support/rounds.mjs';
import { median } from '../support/statistics.mjs';

const text = `{ tasks(first: ${pageSize}, useCache: false) { nodes { ${pageFields} } } }`;
const request = graphqlPost(text);
const flowerRequest = { method: 'GET', path: `/api/tasks?limit=${pageSize}` };
const flowerName = 'Flower /api/tasks';

async function measure(context, tasks) {
  const { gateways, other: flower } = await startCluster(context.builds, {
    tasks,
    beside: (redis) => startFlower(redis, { tasks }),
  });
  if (flower !== null) await untilFlowerHas(flower, pageSize);
  const { seconds } = context;
  const candidates = gateways.map((gateway) =>
    underLoad(gateway.build.name, gateway, request, { seconds }),
  );
  if (flower !== null) candidates.push(underLoad(flowerName, flower, flowerRequest, { seconds }));
  const results = await interleave(candidates, context);
  const own = context.builds[0].name;
  const rows = rowsOf(results, `${tasks.toLocaleString('en-US')} tasks`);
  for (const row of rows)
    if (context.other && row.of !== flowerName)
      row[`of ${context.other.name}`] = speedRatio(results, row.of, context.other.name);
  const rate = median(results.get(own)[loadFigures.rate]);
  await stopAll();
  return {
    rows,
    rate,
    cpu: median(results.get(own)[loadFigures.cpu]),
    ofFlower: flower === null ? NaN : rate / median(results.get(flowerName)[loadFigures.rate]),
  };
}

export const cold = {
  name: 'cold',
  title: 'A page of 100 tasks past the caches, 16 connections',
  goals: [
    { id: 'rate', what: 'pages at 100,000 tasks', unit: 'a second', atLeast: 1_500 },
    { id: 'growth', what: 'time of a page at 100,000 tasks: of that at 1,000', atMost: 1.5 },
    { id: 'flower', what: 'pages at 100,000 tasks: of Flower', atLeast: 300 },
  ],
  async run(context) {
    const sizes = context.quick ? [1_000, 3_000] : [1_000, 10_000, 100_000];
    const measured = [];
    for (const size of sizes) measured.push(await measure(context, size));
    const [few, many] = [measured[0], measured.at(-1)];
    const isKnown = !Number.isNaN(many.ofFlower);
    return {
      rows: measured.flatMap(({ rows }) => rows),
      values: context.quick
        ? {}
        : { rate: many.rate, growth: many.cpu / few.cpu, flower: many.ofFlower },
      notes: isKnown ? [] : ['Flower is not installed in .venv-flower.'],
    };
  },
};
