/**
 * The benchmark: `npm run bench`. Each subject starts what it needs, measures itself in turn with what it is compared
 * with, and says which of its goals are reached.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { ArgumentError, parseArguments, usage } from './support/arguments.mjs';
import { buildCommit, thisBuild } from './support/builds.mjs';
import { limitsOff } from './support/gateway.mjs';
import { goalRow, judge } from './support/goals.mjs';
import { canPin, pinLoad, stopAll } from './support/processes.mjs';
import { writeReports } from './support/reports.mjs';
import { Skipped } from './support/servers.mjs';
import { table } from './support/table.mjs';
import { subjects } from './subjects/index.mjs';

const log = (line) => console.log(line);

const onSignal = [];

function machine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    pinned: canPin,
  };
}

/** Its figures; null where it failed, which spoils no other subject. */
async function measure(subject, context) {
  log(`\n## ${subject.name}: ${subject.title}\n`);
  try {
    const { rows, values, notes = [] } = await subject.run(context);
    const goals = judge(subject.goals, values);
    log(table(rows));
    if (goals.length > 0) log(`\n${table(goals.map(goalRow))}`);
    for (const note of notes) log(`\n${note}`);
    return { name: subject.name, title: subject.title, rows, goals, notes };
  } catch (error) {
    if (!(error instanceof Skipped)) {
      log(`failed: ${error.stack}`);
      process.exitCode = 1;
      return null;
    }
    log(`skipped: ${error.message}`);
    const goals = judge(subject.goals, {});
    return {
      name: subject.name,
      title: subject.title,
      rows: [],
      goals,
      notes: [`Skipped: ${error.message}.`],
    };
  } finally {
    await stopAll();
  }
}

async function run(options) {
  const { compare, rounds, minutes, quick } = options;
  const other = compare === null ? null : buildCommit(compare, log);
  onSignal.push(() => other?.[Symbol.dispose]());
  try {
    const builds = other === null ? [thisBuild] : [thisBuild, other];
    const context = { builds, other, rounds, minutes, quick, log, seconds: quick ? 0.3 : 2 };
    const chosen = subjects.filter(({ name }) => options.subjects.includes(name));
    const about = machine();
    log(`Node ${about.node}, ${about.cpu}; load of the machine ${loadavg()[0].toFixed(1)}`);
    log(`${rounds} rounds: median (least–greatest). Gateways are started with ${limitsOff.join(' ')}`);
    log(
      canPin ? 'Servers are pinned to core 0, the load to the others.' : 'Nothing is pinned to a core.',
    );
    pinLoad();
    const results = [];
    for (const subject of chosen) {
      const result = await measure(subject, context);
      if (result !== null) results.push(result);
    }
    log(`\n${JSON.stringify({ machine: about, subjects: results })}`);
    if (options.write) await writeReports(about, results);
  } finally {
    other?.[Symbol.dispose]();
  }
}

/** Programs end with the benchmark, and what it has built is removed, however it ends. */
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    void stopAll().finally(() => {
      for (const remove of onSignal) remove();
      process.exit(1);
    });
  });

try {
  const names = subjects.map(({ name }) => name);
  const options = parseArguments(process.argv.slice(2), names);
  if (options.help) log(`${usage}\n\nSubjects: ${names.join(', ')}`);
  else await run(options);
} catch (error) {
  if (!(error instanceof ArgumentError)) throw error;
  console.error(`bench: ${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
process.exit();
