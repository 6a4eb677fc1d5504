/** What masking costs: ordinary texts, and texts full of what secrets begin with, beside a plain scan, in this process. */
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { eventBodies } from '../support/events.mjs';
import { interleave, rowsOf } from '../support/rounds.mjs';
import { ratioOf } from '../support/statistics.mjs';

const fields = ['args', 'kwargs', 'result', 'exception', 'traceback'];
const worst = ['password=\\n', '4 ', "'token': ", 'curl -u a:b ', 'token:\n- '];
const [figure, plain] = ['CPU ns/character', 'plain scan'];

/** Looks at each character once. */
const scan = {
  sum: 0,
  text(text) {
    for (let at = 0; at < text.length; at++) this.sum += text.charCodeAt(at);
    return text;
  },
};

async function redactorOf({ dist }) {
  const file = pathToFileURL(join(dist, 'celery/redaction/redactor.js')).href;
  const { Redactor } = await import(file);
  return new Redactor();
}

export const redaction = {
  name: 'redaction',
  title: 'Masking of texts, in process',
  goals: [],
  async run({ builds, other, rounds, quick }) {
    const ordinary = eventBodies(quick ? 500 : 20_000, { start: 1_795_000_000 }).flatMap((event) =>
      fields.map((field) => event[field]).filter((text) => typeof text === 'string'),
    );
    const length = quick ? 20_000 : 1_000_000;
    const cases = { 'ordinary events': ordinary };
    for (const unit of worst)
      cases[JSON.stringify(unit)] = [unit.repeat(Math.ceil(length / unit.length))];
    const readers = [[plain, scan]];
    for (const build of builds) readers.push([build.name, await redactorOf(build)]);
    const rows = [];
    for (const [what, texts] of Object.entries(cases)) {
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      const candidates = readers.map(([name, reader]) => ({
        name,
        async measure() {
          const before = process.cpuUsage();
          for (const text of texts) reader.text(text);
          return { [figure]: (process.cpuUsage(before).user * 1_000) / characters };
        },
      }));
      const results = await interleave(candidates, { rounds });
      const cost = (name) => results.get(name)[figure];
      for (const row of rowsOf(results, what)) {
        if (other) row[`of ${other.name}`] = ratioOf(cost(row.of), cost(other.name));
        rows.push({ ...row, 'plain scans': ratioOf(cost(row.of), cost(plain)) });
      }
    }
    return { rows, values: {} };
  },
};
