/**
 * What masking costs: the texts of ordinary events, and texts full of what secrets begin with, relative to a plain scan
 * of the same texts, in CPU time. With the folder of another build, `node bench/redaction.mjs ../other/dist`, relative to
 * that one.
 */
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { eventBodies } from './task-events.mjs';

const tasks = 20_000;
const rounds = 25;
const worstLength = 1_000_000;
const fields = ['args', 'kwargs', 'result', 'exception', 'traceback'];
const worst = ['password=\\n', '4 ', "'token': ", 'curl -u a:b ', 'token:\n- '];

async function redactorOf(folder) {
  const { Redactor } = await import(pathToFileURL(resolve(folder, 'celery/redaction/redactor.js')).href);
  return new Redactor();
}

const ordinary = eventBodies(tasks).flatMap((event) =>
  fields.map((field) => event[field]).filter((text) => typeof text === 'string'),
);
const lengthOf = (texts) => texts.reduce((sum, text) => sum + text.length, 0);

/** Looks at each character once. */
const scan = {
  sum: 0,
  text(text) {
    for (let at = 0; at < text.length; at++) this.sum += text.charCodeAt(at);
    return text;
  },
};

/** Nanoseconds a character, the best of several rounds; the candidates take turns. */
function measure(texts, candidates) {
  const best = candidates.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    for (const [at, candidate] of candidates.entries()) {
      const started = process.cpuUsage();
      for (const text of texts) candidate.text(text);
      best[at] = Math.min(best[at], process.cpuUsage(started).user / 1_000);
    }
  }
  return best.map((milliseconds) => (milliseconds * 1e6) / lengthOf(texts));
}

const [other] = process.argv.slice(2);
const candidates = [scan, await redactorOf('dist')];
if (other !== undefined) candidates.push(await redactorOf(other));

function report(name, texts) {
  const [plain, here, there] = measure(texts, candidates);
  const against = there === undefined ? '' : `, ${(here / there).toFixed(2)} of the other build`;
  console.log(
    `${name}: ${here.toFixed(1)} ns a character, ${(here / plain).toFixed(1)} plain scans${against}`,
  );
}

report(`${ordinary.length} texts of ordinary events`, ordinary);
for (const unit of worst)
  report(JSON.stringify(unit), [unit.repeat(Math.ceil(worstLength / unit.length))]);
