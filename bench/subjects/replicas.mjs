/** The cached page of two gateways that share their caches in one Redis, beside one that has a cache of its own. */
import { longTtl, startGateway } from '../support/gateway.mjs';
import { batchSize, messagesOf, pastEvents } from '../support/events.mjs';
import { ask, graphqlPost } from '../support/load.mjs';
import { encode, openPublisher } from '../support/publisher.mjs';
import { pageQuery } from '../support/page.mjs';
import { interleave, rowsOf, speedRatio, underLoad } from '../support/rounds.mjs';
import { startRedis, startWorkers } from '../support/servers.mjs';
import { untilTasks } from '../support/store.mjs';

const tasks = 300;
const request = graphqlPost(pageQuery);

export const replicas = {
  name: 'replicas',
  title: 'The cached page with a shared cache',
  goals: [],
  async run(context) {
    const redis = await startRedis();
    await startWorkers(redis, 4);
    const shared = ['--cache-redis-url', redis.url.replace(/0$/, '1'), ...longTtl];
    const servers = [];
    for (const build of context.builds) {
      servers.push([`${build.name}, alone`, await startGateway(build, redis.url, { args: longTtl })]);
      const prefix = ['--cache-redis-prefix', `${build.name}:`];
      for (const at of [1, 2])
        servers.push([
          `${build.name}, replica ${at} of 2`,
          await startGateway(build, redis.url, { args: [...shared, ...prefix] }),
        ]);
    }
    const publisher = await openPublisher(redis);
    await publisher.publish(encode(messagesOf(pastEvents(tasks), batchSize)));
    publisher.close();
    for (const [, gateway] of servers) {
      await untilTasks(gateway, tasks);
      await ask(gateway.port, request);
    }
    const results = await interleave(
      servers.map(([name, gateway]) => underLoad(name, gateway, request, context)),
      context,
    );
    const rows = rowsOf(results, 'page, POST');
    for (const [at, row] of rows.entries()) {
      const alone = rows[at - (at % 3)].of;
      row['of alone'] = speedRatio(results, row.of, alone);
      if (context.other)
        row[`of ${context.other.name}`] = speedRatio(results, row.of, rows[3 + (at % 3)].of);
    }
    return { rows, values: {} };
  },
};
