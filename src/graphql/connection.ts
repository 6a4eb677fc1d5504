/**
 * Connections, by the Relay cursor connections specification: their types, their arguments, and the page of a list that
 * is all at hand.
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { ObjectRef } from '@pothos/core';
import { BadUserInputError } from '../errors.js';
import { builder } from './builder.js';
import type { SchemaTypes } from './builder.js';
import { decodeListCursor, encodeListCursor, type ListCursorScope } from './cursor.js';

/** One page, and where it stands. */
export interface Connection<Node> {
  /** Members of the page. */
  readonly length: number;
  /** The member at a place of the page; the selection below it is known from `info`. */
  readonly nodeAt: (index: number, info: GraphQLResolveInfo) => Node;
  readonly cursorAt: (index: number) => string;
  readonly hasPreviousPage: boolean;
  readonly hasNextPage: boolean;
  /** Members on all pages. */
  readonly totalCount: number;
}

const PageInfoType = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Position of a page, according to the Relay cursor connections specification.',
  fields: (t) => ({
    hasNextPage: t.boolean({
      description: 'Whether more members follow this page; false for a page of size 0.',
      resolve: ({ hasNextPage }) => hasNextPage,
    }),
    hasPreviousPage: t.boolean({
      description: 'Whether more members precede this page; false for a page of size 0.',
      resolve: ({ hasPreviousPage }) => hasPreviousPage,
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first member, for `before`; null when the page is empty.',
      resolve: ({ length, cursorAt }) => (length === 0 ? null : cursorAt(0)),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last member, for `after`; null when the page is empty.',
      resolve: ({ length, cursorAt }) => (length === 0 ? null : cursorAt(length - 1)),
    }),
  }),
});

type Ref<Node> = ObjectRef<PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>, Node>;

interface ConnectionTexts {
  /** Description of the connection. */
  readonly description: string;
  /** Description of a member, such as `A worker`. */
  readonly member: string;
  /** Description of `totalCount`. */
  readonly totalCount: string;
}

/** How many fields a page has is up to the arguments of the connection, see limits/cost-walk.ts. */
const perMember = { field: 0, multiplier: 1 };

/** The types `...Connection` and `...Edge` of a node's type. */
export function connectionType<Node extends object>(node: Ref<Node>, texts: ConnectionTexts) {
  const { name } = node;
  const edge = builder
    .objectRef<{ readonly connection: Connection<Node>; readonly index: number }>(`${name}Edge`)
    .implement({
      description: `${texts.member} of a page, with its cursor.`,
      fields: (t) => ({
        cursor: t.string({
          description: 'Cursor for `after` and `before`, valid for the same order.',
          resolve: ({ connection, index }) => connection.cursorAt(index),
        }),
        node: t.field({
          type: node,
          description: `${texts.member}.`,
          // For Pothos a type that is not yet known could be a list, which would be another kind of result.
          resolve: ({ connection, index }, _args, _context, info) =>
            connection.nodeAt(index, info) as never,
        }),
      }),
    });
  return builder.objectRef<Connection<Node>>(`${name}Connection`).implement({
    description: texts.description,
    extensions: { connection: true },
    fields: (t) => ({
      totalCount: t.int({
        description: texts.totalCount,
        resolve: ({ totalCount }) => totalCount,
      }),
      edges: t.field({
        type: [edge],
        description: 'The members of the page, each with its cursor.',
        complexity: perMember,
        resolve: (connection) => indices(connection).map((index) => ({ connection, index })),
      }),
      nodes: t.field({
        type: [node],
        description: 'The members of the page.',
        complexity: perMember,
        resolve: (connection, _args, _context, info) =>
          indices(connection).map((index) => connection.nodeAt(index, info)),
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Position of the page.',
        resolve: (connection) => connection,
      }),
    }),
  });
}

function indices({ length }: Connection<unknown>): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

export interface PageLimits {
  /** Members of a page if the client does not say how many. */
  readonly usual: number;
  readonly max: number;
}

/** Of lists of everything there is of a kind. */
export const longPages: PageLimits = { usual: 1_000, max: 20_000 };

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

type ArgBuilder = Parameters<Parameters<typeof builder.queryFields>[0]>[0]['arg'];

/** The arguments of a connection of so many members, which are called `of`. */
export function pageArgs(
  arg: Pick<ArgBuilder, 'int' | 'string'>,
  of: string,
  { usual, max }: PageLimits,
) {
  return {
    first: arg.int({
      description: `Number of ${of} from the beginning, or after the cursor \`after\`: 0 to ${max}; default: ${usual}, unless \`last\` is given.`,
    }),
    after: arg.string({ description: `Only ${of} after the one of this cursor.` }),
    last: arg.int({
      description: `Number of ${of} from the end, or before the cursor \`before\`: 0 to ${max}.`,
    }),
    before: arg.string({ description: `Only ${of} before the one of this cursor.` }),
  };
}

/** Either from the beginning or from the end. */
export type PageSize =
  | { readonly first: number; readonly last?: undefined }
  | { readonly last: number; readonly first?: undefined };

/** @throws BadUserInputError for a size that is refused, and for two */
export function pageSize({ first, last }: PageArgs, { usual, max }: PageLimits): PageSize {
  for (const [name, size] of Object.entries({ first, last }))
    if (typeof size === 'number' && (size < 0 || size > max))
      throw new BadUserInputError(`${name} must be from 0 to ${max}`);
  if (typeof last !== 'number') return { first: first ?? usual };
  if (typeof first === 'number') throw new BadUserInputError('give first or last, not both');
  return { last };
}

/**
 * Members that a page has at most.
 * @throws BadUserInputError for a size that is refused
 */
export function pageLength(args: PageArgs, limits: PageLimits): number {
  const { first, last } = pageSize(args, limits);
  return first ?? last;
}

/** Where a member stands, or would stand: what precedes it ends at `start`, what follows it begins at `end`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

export interface ListConnectionOptions<Item, Node> extends ListCursorScope {
  readonly limits: PageLimits;
  readonly keyOf: (item: Item) => string;
  /** @throws CursorExpiredError where the member is gone and its place with it */
  readonly placeOf: (key: string, argument: 'after' | 'before') => Place;
  /** Called at once for each member of the page; what it returns, when the member is selected. */
  readonly nodeOf: (item: Item) => (info: GraphQLResolveInfo) => Node;
}

/**
 * The page of a list that is all at hand. `after` and `before` bound the range, then `first` keeps its beginning, or
 * `last` its end.
 * @throws BadUserInputError for a size or a cursor that is refused
 */
export function listConnection<Item, Node>(
  items: readonly Item[],
  args: PageArgs,
  options: ListConnectionOptions<Item, Node>,
): Connection<Node> {
  const { limits, placeOf, keyOf, nodeOf } = options;
  const { first, last } = pageSize(args, limits);
  const after = decodeListCursor('after', args.after, options);
  const before = decodeListCursor('before', args.before, options);
  const from = after === undefined ? 0 : placeOf(after, 'after').end;
  const to = before === undefined ? items.length : Math.max(from, placeOf(before, 'before').start);
  const start = last === undefined ? from : Math.max(from, to - last);
  const end = first === undefined ? to : Math.min(to, from + first);
  const page = items.slice(start, end);
  const nodes = page.map(nodeOf);
  const isAsked = (first ?? last) !== 0;
  return {
    length: page.length,
    nodeAt: (index, info) => itemAt(nodes, index)(info),
    cursorAt: (index) => encodeListCursor(keyOf(itemAt(page, index)), options),
    hasPreviousPage: isAsked && start > 0,
    hasNextPage: isAsked && end < items.length,
    totalCount: items.length,
  };
}

export function itemAt<Item>(page: readonly Item[], index: number): Item {
  const item = page[index];
  if (item === undefined) throw new RangeError(`A page of ${page.length} has no member ${index}`);
  return item;
}

/** The page of a list that is sorted by names: cursors are names, which mean the same in each run. */
export function namedConnection<Item, Node>(
  items: readonly Item[],
  args: PageArgs,
  options: Omit<ListConnectionOptions<Item, Node>, 'epoch' | 'placeOf'>,
): Connection<Node> {
  const placeOf = placesByKey(items, options.keyOf);
  return listConnection(items, args, { ...options, epoch: null, placeOf });
}

/** Places in a list that is sorted by the codes of the characters of its keys: a key need not be in it any more. */
function placesByKey<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): (key: string) => Place {
  const firstOf = (isBehind: (key: string) => boolean): number => {
    let [low, high] = [0, items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBehind(keyOf(itemAt(items, middle)))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return (key) => ({ start: firstOf((other) => other >= key), end: firstOf((other) => other > key) });
}
