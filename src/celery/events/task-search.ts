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

/** Such a term may be in the id of any task; others only in ids that applications make up. */
const partOfUuid = /^[\da-f-]{1,36}$/i;
/** ASCII without letters: nothing else is the same in another case. */
const withoutCase = /^[\0-@[-`{-\x7f]*$/;
const maxRemembered = 10_000;

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
  const [only, ...others] = tests;
  if (only === undefined) return null;
  return others.length === 0 ? only : (task) => tests.every((test) => test(task));
}

function compileTerm(prefix: string | undefined, wanted: string): Test {
  if (prefix === 'state') {
    const state = wanted.toUpperCase();
    return (task) => task.state === state;
  }
  const found = finder(wanted);
  const shared = remembering(found);
  if (prefix === 'name') return (task) => shared(task.name);
  if (prefix === 'worker') return (task) => shared(task.worker);
  const mayBeInUuid = partOfUuid.test(wanted);
  const inUuid = wanted.toLowerCase();
  return (task) =>
    shared(task.name) ||
    found(task.args) ||
    found(task.kwargs) ||
    found(task.result) ||
    found(task.exception) ||
    (task.hasUuid ? mayBeInUuid && task.id.includes(inUuid) : found(task.id));
}

type Find = (text: string | null) => boolean;

function finder(wanted: string): Find {
  const { length } = wanted;
  if (withoutCase.test(wanted)) return (text) => text !== null && text.includes(wanted);
  // A literal pattern: unlike lower-casing both sides, it copies none of the texts that it looks through.
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'i');
  return (text) => text !== null && text.length >= length && pattern.test(text);
}

/** For texts that many tasks share. */
function remembering(find: Find): Find {
  const known = new Map<string | null, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = find(text);
    if (known.size < maxRemembered) known.set(text, found);
    return found;
  };
}
