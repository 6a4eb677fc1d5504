/**
 * The search language of `TaskFilter.search`: terms that must all be found, whatever their case.
 *
 *     timeout "card declined" -retry name:billing state:failure OR worker:w1 kwargs:order_id=17
 *
 * A term without a prefix is looked for in id, name, args, kwargs, result and exception. A prefix narrows it to one field;
 * `state:` compares with the whole state, and `kwargs:key=value` with one whole keyword argument. Any other prefix is
 * refused, since it would match nothing in silence. `OR` separates alternatives, each of which may have several terms;
 * `AND` between terms changes nothing.
 * A leading `-` excludes; quotes keep spaces together and take a leading dash, a prefix, `OR` or `AND` literally.
 */
import { BadUserInputError } from '../../errors.js';
import type { TaskRecord } from './task-record.js';

const maxLength = 2_048;
export const maxTerms = 64;

/** A dash, a prefix, and a phrase (whose closing quote may be missing) or a word: all may be missing while it is typed. */
// Everything in it is optional, so that it never fails at a place, and a search has `maxLength` characters at most.
// eslint-disable-next-line regexp/no-super-linear-move
const termPattern = /(-?)(?:([a-z_][\w.-]*):(?!\/\/))?(?:"([^"]*)"?|([^\s"]\S*))?/gi;

/** Such a term may be in the id of any task; others only in ids that applications make up. */
const partOfUuid = /^[\da-f-]{1,36}$/i;
/** ASCII without letters: nothing else is the same in another case. */
const withoutCase = /^[\0-@[-`{-\x7f]*$/;
const maxRemembered = 10_000;

type Test = (task: TaskRecord) => boolean;
type Find = (text: string | null) => boolean;

/** What each prefix compares its term with. */
const qualifiers = {
  name: (wanted) => shared(wanted, ({ name }) => name),
  state: (wanted) => {
    const state = wanted.toUpperCase();
    return (task) => task.state === state;
  },
  worker: (wanted) => shared(wanted, ({ worker }) => worker),
  queue: (wanted) => shared(wanted, ({ queue }) => queue),
  args: (wanted) => own(finder(wanted), ({ args }) => args),
  kwargs: (wanted) => own(keywordFinder(wanted) ?? finder(wanted), ({ kwargs }) => kwargs),
  result: (wanted) => own(finder(wanted), ({ result }) => result),
  exception: (wanted) => own(finder(wanted), ({ exception }) => exception),
} as const satisfies Readonly<Record<string, (wanted: string) => Test>>;

type Qualifier = keyof typeof qualifiers;
const qualifierNames = Object.keys(qualifiers) as readonly Qualifier[];

interface Term {
  readonly excludes: boolean;
  readonly qualifier: Qualifier | null;
  readonly wanted: string;
  readonly isQuoted: boolean;
}

/** @throws BadUserInputError when the text is longer, or has more terms, than anyone would type, and for an unknown prefix */
export function compileSearch(search: string): Test | null {
  const [only, ...others] = parseSearch(search).map(compileTerms);
  if (only === undefined) return null;
  if (others.length === 0) return only;
  const alternatives = [only, ...others];
  return (task) => alternatives.some((test) => test(task));
}

/** The states that a search asks for, in upper case. */
export function statesInSearch(search: string): readonly string[] {
  return parseSearch(search)
    .flat()
    .filter(({ qualifier }) => qualifier === 'state')
    .map(({ wanted }) => wanted.toUpperCase());
}

/** Alternatives, none of them empty. */
function parseSearch(search: string): readonly (readonly Term[])[] {
  if (search.length > maxLength)
    throw new BadUserInputError(`A search has at most ${maxLength} characters`);
  const alternatives: Term[][] = [[]];
  let count = 0;
  for (const [whole, dash, prefix, phrase, word] of search.matchAll(termPattern)) {
    if (whole === 'OR') {
      alternatives.push([]);
      continue;
    }
    if (whole === 'AND') continue;
    const qualifier = prefix === undefined ? null : qualifierOf(prefix);
    const wanted = phrase ?? word ?? '';
    if (wanted === '') continue;
    if (++count > maxTerms) throw new BadUserInputError(`A search has at most ${maxTerms} terms`);
    alternatives
      .at(-1)
      ?.push({ excludes: dash === '-', qualifier, wanted, isQuoted: phrase !== undefined });
  }
  if (alternatives.length > 1) refuseGroups(alternatives.flat());
  return alternatives.filter((terms) => terms.length > 0); // an `OR` at either end: it is being typed
}

/** @throws BadUserInputError that names the prefix */
function qualifierOf(prefix: string): Qualifier {
  const wanted = prefix.toLowerCase();
  const known = qualifierNames.find((name) => name === wanted);
  if (known !== undefined) return known;
  const all = qualifierNames.map((name) => `${name}:`).join(' ');
  throw new BadUserInputError(
    `search: there is no "${prefix.slice(0, 60)}:"; there are ${all} (put a text that has a colon in quotes)`,
  );
}

/** Parentheses are text; beside `OR` they look as if they grouped. */
function refuseGroups(terms: readonly Term[]): void {
  if (terms.some(({ isQuoted, wanted }) => !isQuoted && wanted.startsWith('(')))
    throw new BadUserInputError(
      'search: parentheses do not group terms; put them in quotes to search for them',
    );
}

function compileTerms(terms: readonly Term[]): Test {
  const tests = terms.map(({ excludes, qualifier, wanted }): Test => {
    const test = qualifier === null ? anywhere(wanted) : qualifiers[qualifier](wanted);
    return excludes ? (task) => !test(task) : test;
  });
  const [only, ...others] = tests;
  if (only !== undefined && others.length === 0) return only;
  return (task) => tests.every((test) => test(task));
}

function anywhere(wanted: string): Test {
  const found = finder(wanted);
  const inName = remembering(found);
  const mayBeInUuid = partOfUuid.test(wanted);
  const inUuid = wanted.toLowerCase();
  return (task) =>
    inName(task.name) ||
    found(task.args) ||
    found(task.kwargs) ||
    found(task.result) ||
    found(task.exception) ||
    (task.hasUuid ? mayBeInUuid && task.id.includes(inUuid) : found(task.id));
}

/** For a text that many tasks share. */
function shared(wanted: string, read: (task: TaskRecord) => string | null): Test {
  const found = remembering(finder(wanted));
  return (task) => found(read(task));
}

function own(found: Find, read: (task: TaskRecord) => string | null): Test {
  return (task) => found(read(task));
}

function finder(wanted: string): Find {
  const { length } = wanted;
  if (withoutCase.test(wanted)) return (text) => text !== null && text.includes(wanted);
  // A literal pattern: unlike lower-casing both sides, it copies none of the texts that it looks through.
  const pattern = new RegExp(literal(wanted), 'i');
  return (text) => text !== null && text.length >= length && pattern.test(text);
}

/** Finds `key=value` as Python writes it in a dict, `'key': value` or `'key': 'value'`; null for a term of another form. */
function keywordFinder(wanted: string): Find | null {
  const [, key, value] = /^(\w+)=(.*)$/s.exec(wanted) ?? [];
  if (key === undefined || value === undefined) return null;
  const text = literal(value.replace(/^(['"])(.*)\1$/s, '$2'));
  const pattern = new RegExp(`(['"])${key}\\1: (?:${text}|'${text}'|"${text}")(?=[,}])`, 'i');
  return (dict) => dict !== null && pattern.test(dict);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

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
