/**
 * Ten readers a second of the task counts while tasks are sent, some in bursts: a short TTL against a long one whose
 * entry the events drop. The state, its events and what drops are the gateway's own; only the clock is not.
 */
import { Readers, Simulation } from './simulation.mjs';

export const pushInvalidation = {
  name: 'push invalidation',
  simulated: true,
  async run(open) {
    const { MetricsCache } = await open('cache/metrics-cache.js');
    const { State } = await open('celery/events/state.js');
    const { Changes } = await open('cluster/push/changes.js');
    const { EntryDropper } = await open('cluster/push/entry-dropper.js');
    const { reads } = await open('cluster/reads.js');
    const options = { dependsOn: reads.taskCounts().dependsOn() };
    const rows = [];
    for (const [scenario, rate] of [
      ['a task in 10 s', 0.1],
      ['5 tasks a second', 5],
    ])
      for (const [variant, ttl, dropsOnEvents] of [
        ['without, TTL 0.25 s', 250, false],
        ['without, TTL 2 s', 2_000, false],
        ['with, TTL 60 s', 60_000, true],
      ]) {
        const world = new Simulation(11);
        const until = 600_000;
        const state = new State({ clock: world.clock, maxTasks: 10 });
        const cache = new MetricsCache({ name: 'task_status', ttl, maxSize: 10, clock: world.clock });
        let changes = new Changes();
        state.onTaskChange((task, _state, before) => changes.task(task, before));
        const dropper = new EntryDropper(cache, 'memory');
        const look = () => {
          const seen = changes;
          changes = new Changes();
          dropper.drop(seen);
        };
        if (dropsOnEvents) world.poll(250, { until }, look);
        let sent = 0;
        world.poisson(rate, () => state.apply(sentEvent(++sent, world.now), world.now), until);
        const readers = new Readers();
        const load = async () => state.counts()['PENDING'];
        const truth = () => state.counts()['PENDING'];
        world.poisson(10, () => void readers.read(cache, 'counts', load, truth, options), until);
        await world.run(until + 10_000);
        rows.push(readers.row(this.name, `10 reads/s, ${scenario}`, variant, cache.getStats()));
      }
    return rows;
  },
};

function sentEvent(number, now) {
  const texts = { args: null, kwargs: null, result: null, exception: null, traceback: null };
  return {
    ...{
      type: 'task-sent',
      group: 'task',
      subject: 'sent',
      hostname: 'client@host',
      pid: 1,
      clock: number,
    },
    ...{ timestampMs: now, uuid: `task-${number}`, state: 'PENDING' },
    fields: {
      ...{ name: 'mail.send', ...texts, runtimeSeconds: null, retries: null, eta: null, expires: null },
      ...{ queue: 'mail', exchange: null, routingKey: null, rootId: null, parentId: null },
    },
  };
}
