/**
 * The search language of `TaskFilter.search`: terms that must all be found, whatever their case.
 *
 *     timeout "card declined" -retry name:billing state:failure worker:w1
 *
 * A term without a prefix is looked for in id, name, args, kwargs, result and exception. `name:` and `worker:` look
 * in that field only, `state:` compares with the whole state; any other prefix is part of the text. A leading `-`
 * excludes; quotes keep spaces together and take a leading dash or a prefix literally.
 */
import { BadUserInputError } from '../../errors.js';
import type { TaskRecord } from './task-record.js';

const maxLength = 2_048;
const maxTerms = 64;

/** A dash, a prefix, and a phrase (whose closing quote may be missing) or a word: all may be missing while it is typed. */
const termPattern = /(-?)(?:(name|state|worker):)?(?:"([^"]*)"?|([^\s"]\S*))?/gi;

type Test = (task: TaskRecord) => boolean;

/** @throws BadUserInputError when the text is longer, or has more terms, than anyone would type. */
export function compileSearch(search: string): Test | null {
  if (search.length > maxLength)
    throw new BadUserInputError(`A search has at most ${maxLength} characters`);
  const tests: Test[] = [];
  for (const [, dash, prefix, phrase, word] of search.matchAll(termPattern)) {
    const wanted = phrase ?? word ?? '';
    if (wanted === '') continue;
    if (tests.length === maxTerms) throw new BadUserInputError(`A search has at most ${maxTerms} terms`);
    const test = compileTerm(prefix?.toLowerCase(), wanted);
    tests.push(dash === '-' ? (task) => !test(task) : test);
  }
  return tests.length === 0 ? null : (task) => tests.every((test) => test(task));
}

function compileTerm(prefix: string | undefined, wanted: string): Test {
  if (prefix === 'state') {
    const state = wanted.toUpperCase();
    return (task) => task.state === state;
  }
  // A literal pattern: unlike lower-casing both sides, it copies none of the texts that it looks through.
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'i');
  const found = (text: string | null): boolean => text !== null && pattern.test(text);
  if (prefix === 'name') return (task) => found(task.name);
  if (prefix === 'worker') return (task) => found(task.worker);
  return (task) =>
    found(task.id) ||
    found(task.name) ||
    found(task.args) ||
    found(task.kwargs) ||
    found(task.result) ||
    found(task.exception);
}
