/** The executor of queries beside that of graphql-js: the same answers, errors and calls of resolvers, in the same order. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  execute,
  Kind,
  lexicographicSortSchema,
  OperationTypeNode,
  parse,
  NoUnusedVariablesRule,
  printSchema,
  specifiedRules,
  validate,
} from 'graphql';
import type { DocumentNode, ExecutionResult } from 'graphql';
import { describe, expect, it } from 'vitest';
import { executeQuery } from '../../../src/graphql/execution/execute-query.js';
import { schema as ownSchema } from '../../../src/graphql/schema.js';
import { answeringSchema, generatedQuery } from './generated-queries.js';
import type { Answers } from './generated-queries.js';

const schema = answeringSchema(printSchema(lexicographicSortSchema(ownSchema)));

type Execute = typeof execute;
type Variables = Readonly<Record<string, unknown>>;

interface Question {
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  readonly variableValues: Variables;
  readonly answers: Omit<Answers, 'calls'>;
}

/** Without the inside of a value of the wrong type, which graphql-js shows. */
const withoutValue = (text: string): string =>
  text.replace(/ but got: (?:\{[^}]*\}|Symbol\(of no type\))/g, '');

/** Everything that can be seen of an execution. */
async function seen(by: Execute, { answers, ...question }: Question): Promise<object> {
  const contextValue: Answers = { ...answers, calls: [] };
  const result: ExecutionResult = await by({ schema, contextValue, ...question });
  const errors = result.errors?.map((error) =>
    withoutValue(JSON.stringify([error, error.originalError?.message])),
  );
  return {
    members: Object.keys(result),
    text: JSON.stringify(result.data), // with the order of members
    errors,
    calls: [...contextValue.calls], // those that follow are of no use to the answer
  };
}

/**
 * graphql-js leaves promises of list members without a handler where a later member has failed at once, which would end
 * the process.
 */
async function withHandlers<T>(run: () => Promise<T>): Promise<T> {
  const { then } = Promise.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its own
  Promise.prototype.then = function (this: Promise<unknown>, ...handlers: Parameters<typeof then>) {
    const derived = then.apply(this, handlers);
    void then.call(derived, undefined, () => undefined);
    return derived;
  } as typeof then;
  try {
    return await run();
  } finally {
    Promise.prototype.then = then;
  }
}

async function compare(question: Question): Promise<void> {
  const expected = await withHandlers(() => seen(execute, question));
  expect(await seen(executeQuery, question)).toEqual(expected);
  expect(await seen(executeQuery, question)).toEqual(expected); // with a plan that is there already
}

/** Each query declares the same variables. */
const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

const behaviours = [
  { faults: 0, promises: 0 },
  { faults: 0, promises: 0.3 },
  { faults: 0.02, promises: 0 },
  { faults: 0.02, promises: 0.3 },
  { faults: 0.15, promises: 0.5 },
];

const count = Number(process.env['CELERYQL_GENERATED_QUERIES'] ?? 150);

describe('executeQuery', () => {
  it(`answers ${count} generated queries as graphql-js does`, async () => {
    let [valid, failed] = [0, 0];
    for (let seed = 1; seed <= count; seed++) {
      const text = generatedQuery(schema, seed);
      const document = parse(text);
      if (validate(schema, document, rules).length > 0) continue;
      valid++;
      for (const [index, behaviour] of behaviours.entries()) {
        const answers = { ...behaviour, seed: seed * 31 + index };
        const variableValues = { yes: (seed + index) % 2 === 0, count: index };
        await compare({ document, variableValues, answers });
        const contextValue: Answers = { ...answers, calls: [] };
        const { errors } = await executeQuery({ schema, document, variableValues, contextValue });
        if (errors !== undefined) failed++;
      }
    }
    // Enough of each kind for the comparison to mean something.
    expect(valid).toBeGreaterThan(count * 0.3);
    expect(failed).toBeGreaterThan(count / 2);
  });

  const operations = readdirSync('schema/operations').flatMap((file) => {
    const document = parse(readFileSync(`schema/operations/${file}`, 'utf8'));
    return document.definitions.flatMap((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.QUERY
        ? [{ name: definition.name?.value, document, definition }]
        : [],
    );
  });

  it.each(operations)('answers the operation $name as graphql-js does', async ({ name, document }) => {
    const values: Variables = {
      first: 3,
      hostnames: ['w1'],
      taskId: 't',
      id: 'n',
      ids: ['n'],
      reserved: true,
    };
    for (const [index, behaviour] of behaviours.entries())
      await compare({
        document,
        operationName: name,
        variableValues: values,
        answers: { ...behaviour, seed: index + 1 },
      });
  });

  it('handles each promise of a list whose other member has failed at once', async () => {
    const type = { any: 1 };
    const own = buildSchema('type Query { list: [Item!] } type Item { value: Int! }');
    const fields = own.getQueryType()?.getFields() ?? {};
    const rejected = () => Promise.reject(new Error('later'));
    const list = () => [{ value: rejected() }, Promise.resolve(type), new Error('at once'), rejected()];
    for (const field of Object.values(fields)) field.resolve = list;

    const { data, errors } = await executeQuery({ schema: own, document: parse('{ list { value } }') });

    // A rejection without a handler would fail this run.
    expect([data, errors?.map(({ message }) => message)]).toEqual([{ list: null }, ['at once']]);
  });

  it('refuses what graphql-js refuses, in the same words', async () => {
    const answers = { seed: 1, faults: 0, promises: 0 };
    const wrong: readonly Omit<Question, 'answers'>[] = [
      { document: parse('query A { __typename } query B { __typename }'), variableValues: {} },
      { document: parse('query A { __typename }'), operationName: 'B', variableValues: {} },
      {
        document: parse('query A($a: Int!, $b: Int!) { __typename }'),
        variableValues: { a: 'x', b: {} },
      },
    ];
    for (const question of wrong) await compare({ ...question, answers });
  });
});
