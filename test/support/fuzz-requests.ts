/**
 * Requests for a gateway, valid and broken, made from its schema and a seed: documents with fields, arguments, variables,
 * fragments, aliases and directives as they come, and then bodies, headers, methods and paths that were meddled with.
 */
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { isObjectType, isScalarType } from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { seededRandom } from '../../src/demo/random.js';

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

export interface FuzzOptions {
  /** Values of arguments, in GraphQL's notation, for operations that are likely to be executed. */
  readonly numbers?: readonly string[];
  readonly texts?: readonly string[];
  /** Root fields that such an operation has at most. */
  readonly fields?: number;
  /** Whether there are mutations. */
  readonly isMutating?: boolean;
}

const usual = {
  numbers: ['1', '2', '10', '60'],
  texts: ['"x"', '"celery"', '"celery@w1"'],
  fields: 1,
  isMutating: true,
} as const satisfies FuzzOptions;
const oddNumbers = [
  '0',
  '-1',
  '1',
  '50',
  '2147483647',
  '2147483648',
  '-0',
  '1e309',
  '9'.repeat(400),
  '0.1',
];
const oddTexts = [
  '""',
  '"x"',
  '"\\u0000"',
  '"__proto__"',
  '"*"',
  '"celery"',
  '"""block"""',
  '"\\ud800"',
];
const oddWords = ['null', 'true', '{}', '[]', '$v', '$none', 'UNKNOWN', '[[[[]]]]', '{a: {a: {a: 1}}}'];
const oddTypes = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  '',
  'application/graphql',
];
const oddPaths = [
  '/graphql',
  '/graphql/',
  '/graphql?',
  '//graphql',
  '/%',
  '/graphql?query=%',
  '/api/v1/celery/',
];
const rest = [
  'tasks/status',
  'workers/status',
  'queues/status',
  'metrics/summary',
  'health',
  'cache/stats',
];

export class FuzzRequests {
  readonly #schema: GraphQLSchema;
  readonly #random: () => number;
  readonly #options: Required<FuzzOptions>;
  /** Whether the operation under way may ask for what there is not, and give values that nothing takes. */
  #isTame = false;
  #fragments: string[] = [];
  #names = 0;

  constructor(schema: GraphQLSchema, seed: number, options: FuzzOptions = {}) {
    this.#schema = schema;
    this.#options = { ...usual, ...options };
    this.#random = seededRandom(seed);
  }

  next(): FuzzRequest {
    this.#isTame = false;
    const kind = this.#random();
    if (kind < 0.5) return this.#tame();
    if (kind < 0.54) return this.#post(JSON.stringify(this.#params()));
    if (kind < 0.58) return this.#get();
    if (kind < 0.64) return this.#post(JSON.stringify(this.#batch()));
    if (kind < 0.82) return this.#post(this.#mutated(JSON.stringify(this.#params())));
    if (kind < 0.88) return this.#restRoute();
    if (kind < 0.94) return this.#post(this.#bomb());
    return this.#odd();
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  /** One that is likely to be executed. */
  #tame(): FuzzRequest {
    this.#isTame = true;
    const params = this.#params();
    const body = Buffer.from(JSON.stringify(params));
    const accept = params.query.startsWith('subscription') ? 'text/event-stream' : 'application/json';
    return {
      method: 'POST',
      path: '/graphql',
      headers: { 'content-type': 'application/json', accept },
      body,
    };
  }

  /** Never in a tame operation. */
  #oddly(of: number): boolean {
    return !this.#isTame && this.#chance(of);
  }

  #post(body: string | Buffer): FuzzRequest {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (this.#chance(0.05)) headers['content-type'] = this.#pick(oddTypes);
    if (this.#chance(0.1))
      headers['accept'] = this.#pick([
        '*/*',
        'application/graphql-response+json',
        'image/png',
        ';;',
        '',
      ]);
    if (this.#chance(0.05)) headers['cache-control'] = 'no-cache';
    return { method: 'POST', path: '/graphql', headers, body: Buffer.from(body) };
  }

  #get(): FuzzRequest {
    const { query, variables } = this.#params();
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    if (this.#chance(0.2)) parameters.set(this.#pick(['variables', 'extensions', 'operationName']), '{');
    return {
      method: this.#pick(['GET', 'HEAD']),
      path: `/graphql?${parameters}`.slice(0, 6_000),
      headers: {},
    };
  }

  #restRoute(): FuzzRequest {
    const query = this.#pick([
      '',
      '?use_cache=False',
      '?window_seconds=1e9',
      '?window_seconds=9'.repeat(9),
      '?%',
    ]);
    const path = `/api/v1/celery/${this.#pick(rest)}${query}`;
    return { method: this.#pick(['GET', 'GET', 'HEAD', 'POST', 'PUT']), path, headers: {} };
  }

  #odd(): FuzzRequest {
    const header = this.#pick([
      'x-odd',
      'accept',
      'origin',
      'cache-control',
      'cookie',
      'authorization',
      'forwarded',
    ]);
    const value = this.#pick([
      '',
      'null',
      'x'.repeat(4_000),
      '\u00ff\u00fe',
      '*/*;q=9',
      'https://evil.test',
      'Basic x',
    ]);
    const method = this.#pick([
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'HEAD',
      'PROPFIND',
    ]);
    return { method, path: this.#pick(oddPaths), headers: { [header]: value } };
  }

  #batch(): unknown[] {
    const odd = [null, 1, [], {}, { query: null }, { query: '{__typename}', variables: [] }];
    return Array.from({ length: Math.floor(this.#random() * 14) }, () =>
      this.#chance(0.2) ? this.#pick<unknown>(odd) : this.#params(),
    );
  }

  /** Requests larger than any client needs. */
  #bomb(): string {
    const n = this.#pick([10, 500, 5_000, 20_000]);
    const query = this.#pick([
      `{ ${'__typename '.repeat(n)} }`,
      `{ ${Array.from({ length: n }, (_, at) => `a${at}: __typename`).join(' ')} }`,
      `${'{ a '.repeat(n)}${'}'.repeat(n)}`,
      `{ task(taskId: ${'['.repeat(n)}${']'.repeat(n)}) { taskId } }`,
      `{ task(taskId: "1") { ${'root { parent { '.repeat(n)} taskId ${'} }'.repeat(n)} } }`,
      `{ ${'...{ '.repeat(n)}__typename${' }'.repeat(n)} }`,
      `{ __typename ${'@skip(if: true) '.repeat(n)} }`,
      `{ ...F0 } ${Array.from({ length: n }, (_, at) => `fragment F${at} on Query { ...F${at + 1} }`).join(' ')}`,
      '{ tasks(first: 1000) { nodes { children { nodes { children { nodes { children { nodes { taskId } } } } } } } } }',
    ]).slice(0, 250_000);
    if (this.#chance(0.2))
      return `{"query":"{__typename}","variables":${'['.repeat(n)}${']'.repeat(n)}}`;
    return JSON.stringify({ query, variables: { first: n } });
  }

  #mutated(text: string): Buffer {
    const bytes = Buffer.from(text);
    for (let time = this.#random() * 6; time > 0; time--) {
      const at = Math.floor(this.#random() * bytes.length);
      bytes[at] = Math.floor(this.#random() * 256);
    }
    return this.#chance(0.3) ? bytes.subarray(0, Math.floor(this.#random() * bytes.length)) : bytes;
  }

  #params(): { query: string; variables: Record<string, unknown>; operationName?: string } {
    this.#fragments = [];
    this.#names = 0;
    const { operation, type } = this.#root();
    const body = this.#selection(type, 0);
    const declared = this.#oddly(0.5)
      ? `($v: ${this.#pick(['Int', 'String', 'ID!', '[CacheName!]', 'Nothing'])})`
      : '';
    const query = `${operation} Q${declared} ${body} ${this.#fragments.join(' ')}`;
    const value = this.#pick<unknown>([
      1,
      -1,
      'x',
      null,
      [],
      {},
      1e308,
      [[['deep']]],
      'x'.repeat(999),
      true,
    ]);
    return {
      query,
      variables: this.#chance(0.8) ? { v: value } : {},
      ...(this.#oddly(0.1) && { operationName: this.#pick(['Q', 'R', '', '__proto__']) }),
    };
  }

  #root(): { operation: string; type: GraphQLObjectType } {
    const chance = this.#random();
    const mutation = this.#schema.getMutationType();
    const subscription = this.#schema.getSubscriptionType();
    if (chance < 0.15 && mutation && this.#options.isMutating)
      return { operation: 'mutation', type: mutation };
    if (chance < 0.18 && subscription) return { operation: 'subscription', type: subscription };
    const query = this.#schema.getQueryType();
    if (!query) throw new Error('the schema has no queries');
    return { operation: 'query', type: query };
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields());
    const most = depth > 0 ? 5 : this.#isTame ? this.#options.fields : 2;
    const wanted = 1 + Math.floor(this.#random() * most);
    const chosen = Array.from({ length: wanted }, () => this.#field(this.#pick(fields), depth)).join(
      ' ',
    );
    if (this.#chance(0.06)) {
      const name = `F${this.#names++}`;
      const on = this.#oddly(0.1) ? 'Task' : type.name;
      this.#fragments.push(
        `fragment ${name} on ${on} { ${chosen} ${this.#oddly(0.1) ? `...${name}` : ''} }`,
      );
      return `{ ...${name} }`;
    }
    if (this.#chance(0.06)) return `{ ... on ${type.name} { ${chosen} } }`;
    return `{ ${chosen} }`;
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    const name = this.#oddly(0.01) ? `${field.name}x` : field.name;
    const alias = this.#isTame || this.#chance(0.3) ? `a${this.#names++}: ` : '';
    const given = field.args.filter(({ type: of }) => isNonNullType(of) || this.#chance(0.4));
    const args = given
      .map(({ name: argument, type: of }) => `${argument}: ${this.#value(of, 0)}`)
      .join(', ');
    const directive = this.#oddly(0.05)
      ? ` @${this.#pick(['skip', 'include', 'none'])}(if: ${this.#value()})`
      : '';
    const head = `${alias}${name}${args && `(${args})`}${directive}`;
    if (!isObjectType(type)) return this.#oddly(0.01) ? `${head} { id }` : head;
    return depth > (this.#isTame ? 2 : 5)
      ? `${head} { __typename }`
      : `${head} ${this.#selection(type, depth + 1)}`;
  }

  #value(type?: GraphQLInputType, depth = 0): string {
    if (!type || this.#oddly(0.1)) return this.#pick([...oddNumbers, ...oddTexts, ...oddWords]);
    if (isNonNullType(type)) return this.#value(type.ofType, depth);
    if (isListType(type)) return `[${this.#value(type.ofType, depth)}]`;
    if (isEnumType(type)) return this.#pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) => depth < 3 && (isNonNullType(field.type) || this.#chance(0.3)),
      );
      return `{${fields.map(({ name, type: of }) => `${name}: ${this.#value(of, depth + 1)}`).join(', ')}}`;
    }
    if (isScalarType(type) && type.name === 'Boolean') return this.#pick(['true', 'false']);
    if (isScalarType(type) && /^(Int|Float)$/.test(type.name))
      return this.#pick(this.#isTame ? this.#options.numbers : oddNumbers);
    if (this.#isTame)
      return type.name === 'DateTime' ? '"2026-03-01T10:00:00Z"' : this.#pick(this.#options.texts);
    return this.#pick(oddTexts);
  }
}
