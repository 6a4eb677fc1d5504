/**
 * Executes queries with the results, the errors and the order of calls of graphql-js (`execution/execute.js` of graphql 16,
 * whose algorithm this follows). It differs in what it costs: what a query selects is found out once for a document
 * (query-plan.ts), paths are made only where something fails or asks for them, and objects of an answer share a shape. A page
 * of tasks past the caches takes half the processor time. Mutations, subscriptions and whatever cannot be executed are left
 * to graphql-js; a test compares both, call by call.
 */
import {
  defaultTypeResolver,
  execute,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  Kind,
  locatedError,
  OperationTypeNode,
} from 'graphql';
import type {
  ExecutionArgs,
  ExecutionResult,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import { objectTypeOf, planOf } from './query-plan.js';
import type { FieldPlan, SelectionPlan, Shape } from './query-plan.js';

type MaybePromise<T> = T | Promise<T>;
type Path = GraphQLResolveInfo['path'];

/** What graphql-js gives; packages of gateways declare further members of it, for all who compile beside them. */
type Info = Pick<
  GraphQLResolveInfo,
  | 'fieldName'
  | 'fieldNodes'
  | 'returnType'
  | 'parentType'
  | 'path'
  | 'schema'
  | 'fragments'
  | 'rootValue'
  | 'operation'
  | 'variableValues'
>;

export function executeQuery(args: ExecutionArgs): MaybePromise<ExecutionResult> {
  const { schema, document, variableValues, fieldResolver, typeResolver } = args;
  const operation = getOperationAST(document, args.operationName);
  const rootType = schema.getQueryType();
  if (operation?.operation !== OperationTypeNode.QUERY || !rootType) return execute(args);
  if (fieldResolver || typeResolver) return execute(args);
  const variables = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
    { maxErrors: 1 },
  );
  if (variables.errors) return execute(args); // which reports them
  const execution = new Execution(args, operation, variables.coerced);
  try {
    const plan = planOf(document, operation, rootType, execution);
    const data = executeFields(execution, plan, args.rootValue, undefined);
    if (!isPromise(data)) return execution.response(data);
    return data.then(
      (resolved) => execution.response(resolved),
      (error: unknown) => execution.failure(error),
    );
  } catch (error) {
    return execution.failure(error);
  }
}

class Execution {
  readonly schema: GraphQLSchema;
  readonly fragments: Record<string, FragmentDefinitionNode> = {};
  readonly rootValue: unknown;
  readonly contextValue: unknown;
  readonly operation: OperationDefinitionNode;
  readonly variableValues: Record<string, unknown>;
  readonly #errors: GraphQLError[] = [];
  /** Places that are null because of an error. */
  readonly #nulled = new Set<Path | undefined>();

  constructor(
    { schema, document, rootValue, contextValue }: ExecutionArgs,
    operation: OperationDefinitionNode,
    variableValues: Record<string, unknown>,
  ) {
    this.schema = schema;
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.fragments[definition.name.value] = definition;
    this.rootValue = rootValue;
    this.contextValue = contextValue;
    this.operation = operation;
    this.variableValues = variableValues;
  }

  /** Nothing is reported of what is below a place that has become null already. */
  add(error: GraphQLError, path: Path | undefined): void {
    for (let place = path; place !== undefined; place = place.prev) if (this.#nulled.has(place)) return;
    if (this.#nulled.has(undefined)) return;
    this.#nulled.add(path);
    this.#errors.push(error);
  }

  response(data: Record<string, unknown> | null): ExecutionResult {
    return this.#errors.length === 0 ? { data } : { errors: this.#errors, data };
  }

  failure(error: unknown): ExecutionResult {
    this.add(error as GraphQLError, undefined); // it has been located where it was thrown
    return this.response(null);
  }
}

/** What a resolver learns of its field. The place is made when something looks at it. */
class FieldInfo implements Info {
  readonly #execution: Execution;
  readonly #parentPath: Path | undefined;
  readonly field: FieldPlan;
  #path: Path | undefined;

  constructor(execution: Execution, field: FieldPlan, parentPath: Path | undefined) {
    this.#execution = execution;
    this.#parentPath = parentPath;
    this.field = field;
  }

  /** As resolvers take it. */
  get given(): GraphQLResolveInfo {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- in the sources alone it would be
    return this as Info as GraphQLResolveInfo;
  }
  get fieldName(): string {
    return this.field.definition.name;
  }
  get fieldNodes(): readonly FieldNode[] {
    return this.field.nodes;
  }
  get returnType(): GraphQLOutputType {
    return this.field.definition.type;
  }
  get parentType(): GraphQLObjectType {
    return this.field.parentType;
  }
  get path(): Path {
    return (this.#path ??= {
      prev: this.#parentPath,
      key: this.field.responseName,
      typename: this.field.parentType.name,
    });
  }
  get schema(): GraphQLSchema {
    return this.#execution.schema;
  }
  get fragments(): Record<string, FragmentDefinitionNode> {
    return this.#execution.fragments;
  }
  get rootValue(): unknown {
    return this.#execution.rootValue;
  }
  get operation(): OperationDefinitionNode {
    return this.#execution.operation;
  }
  get variableValues(): Record<string, unknown> {
    return this.#execution.variableValues;
  }
}

function executeFields(
  execution: Execution,
  plan: SelectionPlan,
  source: unknown,
  path: Path | undefined,
): MaybePromise<Record<string, unknown>> {
  const results = plan.newResult();
  let started = 0;
  let containsPromise = false;
  try {
    for (const field of plan.fields) {
      const result = executeField(execution, field, source, path);
      results[field.responseName] = result;
      started++;
      if (isPromise(result)) containsPromise = true;
    }
  } catch (error) {
    if (!containsPromise) throw error;
    // The others may fail as well, and are waited for.
    const others = plan.fields.slice(0, started).map(({ responseName }) => results[responseName]);
    return Promise.all(others)
      .then(() => results)
      .finally(() => {
        throw error;
      });
  }
  return containsPromise ? settled(plan, results) : results;
}

function settled(
  { fields }: SelectionPlan,
  results: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  return Promise.all(fields.map(({ responseName }) => results[responseName])).then((values) => {
    for (const [index, { responseName }] of fields.entries()) results[responseName] = values[index];
    return results;
  });
}

function executeField(
  execution: Execution,
  field: FieldPlan,
  source: unknown,
  parentPath: Path | undefined,
): unknown {
  const info = new FieldInfo(execution, field, parentPath);
  const { shape } = field;
  let value: unknown;
  try {
    const args = field.hasArguments
      ? getArgumentValues(field.definition, field.node, execution.variableValues)
      : {};
    value = field.resolve(source, args, execution.contextValue, info.given);
  } catch (error) {
    return failed(execution, shape, info, info.path, error);
  }
  return completeOrFail(execution, shape, info, null, value);
}

/** A field's value or a member of a list. @param path as for `complete` */
function completeOrFail(
  execution: Execution,
  shape: Shape,
  info: FieldInfo,
  path: Path | null,
  value: unknown,
): unknown {
  try {
    const completed = isPromise(value)
      ? value.then((resolved) => complete(execution, shape, info, path, resolved))
      : complete(execution, shape, info, path, value);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error: unknown) =>
      failed(execution, shape, info, path ?? info.path, error),
    );
  } catch (error) {
    return failed(execution, shape, info, path ?? info.path, error);
  }
}

/** Null in place of a value that has failed. @throws GraphQLError where it cannot be null */
function failed(
  execution: Execution,
  { isNonNull }: Shape,
  { field }: FieldInfo,
  path: Path,
  error: unknown,
): null {
  const located = locatedError(error, field.nodes, keysOf(path));
  if (isNonNull) throw located;
  execution.add(located, path);
  return null;
}

/** @param path of a member of a list; null for the field's own, which is not made before it is needed */
function complete(
  execution: Execution,
  shape: Shape,
  info: FieldInfo,
  path: Path | null,
  value: unknown,
): unknown {
  if (value instanceof Error) throw value;
  const completed =
    value === null || value === undefined ? null : completeKind(execution, shape, info, path, value);
  if (completed === null && shape.isNonNull)
    throw new Error(
      `Cannot return null for non-nullable field ${info.parentType.name}.${info.fieldName}.`,
    );
  return completed;
}

function completeKind(
  execution: Execution,
  shape: Shape,
  info: FieldInfo,
  path: Path | null,
  value: unknown,
): unknown {
  switch (shape.kind) {
    case 'leaf': {
      const serialized: unknown = shape.type.serialize(value);
      if (serialized === null || serialized === undefined)
        throw new Error(
          `Expected \`${shape.type.name}.serialize()\` to return non-nullable value, returned: ${String(serialized)}`,
        );
      return serialized;
    }
    case 'list':
      return completeList(execution, shape.item, info, path ?? info.path, value);
    case 'object':
      return completeObject(execution, shape.type, info, path ?? info.path, value);
    case 'abstract': {
      const resolveType = shape.type.resolveType ?? defaultTypeResolver;
      const name: unknown = resolveType(value, execution.contextValue, info.given, shape.type);
      const withType = (resolved: unknown): unknown => {
        const type = typeof resolved === 'string' ? objectTypeOf(execution.schema, resolved) : undefined;
        if (type === undefined || !execution.schema.isSubType(shape.type, type))
          throw new GraphQLError(
            `Abstract type "${shape.type.name}" must resolve to one of its Object types at runtime for field "${info.parentType.name}.${info.fieldName}".`,
          );
        return completeObject(execution, type, info, path ?? info.path, value);
      };
      return isPromise(name) ? name.then(withType) : withType(name);
    }
  }
}

function completeList(
  execution: Execution,
  shape: Shape,
  info: FieldInfo,
  path: Path,
  value: unknown,
): MaybePromise<unknown[]> {
  if (!isList(value))
    throw new GraphQLError(
      `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
    );
  let containsPromise = false;
  const completed: unknown[] = [];
  try {
    for (const item of value) {
      const result = completeOrFail(
        execution,
        shape,
        info,
        { prev: path, key: completed.length, typename: undefined },
        item,
      );
      completed.push(result);
      if (isPromise(result)) containsPromise = true;
    }
  } catch (error) {
    // The others may fail as well, where nothing waits for them any more: that must not end the process.
    for (const each of Array.isArray(value) ? [...completed, ...(value as unknown[])] : completed)
      if (isPromise(each)) each.catch(() => undefined);
    throw error;
  }
  return containsPromise ? Promise.all(completed) : completed;
}

function completeObject(
  execution: Execution,
  type: GraphQLObjectType,
  info: FieldInfo,
  path: Path,
  value: unknown,
): MaybePromise<Record<string, unknown>> {
  const plan = info.field.below(type, execution);
  const check = type.isTypeOf?.(value, execution.contextValue, info.given);
  const withCheck = (isOfType: boolean): MaybePromise<Record<string, unknown>> => {
    if (!isOfType)
      throw new GraphQLError(`Expected value of type "${type.name}".`, { nodes: info.fieldNodes });
    return executeFields(execution, plan, value, path);
  };
  if (check === undefined) return executeFields(execution, plan, value, path);
  return isPromise(check) ? check.then(withCheck) : withCheck(check);
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let place: Path | undefined = path; place !== undefined; place = place.prev) keys.push(place.key);
  return keys.reverse();
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

/** Texts are iterable, and no lists. */
function isList(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
