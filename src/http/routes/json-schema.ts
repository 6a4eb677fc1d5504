/** JSON Schema (2020-12, as OpenAPI 3.1 uses it) of what an operation of the schema answers, with keys in snake_case. */
import { getNamedType, isEnumType, isListType, isNonNullType, isObjectType, Kind } from 'graphql';
import type {
  DefinitionNode,
  FragmentDefinitionNode,
  GraphQLEnumType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { snakeName } from './snake-case.js';

export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly deprecated?: boolean;
  readonly $ref?: string;
}

export interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer' },
  Float: { type: 'number' },
  String: { type: 'string' },
  ID: { type: 'string' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  TaskState: { type: 'string' },
};

/**
 * The schema of `data` of an operation, by the names of its root fields.
 * @param definitions with the operation and its fragments
 */
export function dataSchema(
  schema: GraphQLSchema,
  operationName: string,
  definitions: readonly DefinitionNode[],
): ObjectSchema {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const one of definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
    if (one.kind === Kind.OPERATION_DEFINITION && one.name?.value === operationName) operation = one;
  }
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error(`There is no operation ${operationName}`);
  return new Selections(fragments).object(root, operation.selectionSet);
}

class Selections {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments;
  }

  object(type: GraphQLObjectType, { selections }: SelectionSetNode): ObjectSchema {
    return {
      title: type.name,
      ...(type.description != null && { description: type.description }),
      ...allOf(...selections.map((selection) => this.#part(type, selection))),
    };
  }

  #part(type: GraphQLObjectType, selection: SelectionNode): ObjectSchema {
    const isConditional = (selection.directives ?? []).length > 0;
    const part = this.#selected(type, selection);
    return isConditional ? { ...part, required: [] } : part;
  }

  #selected(type: GraphQLObjectType, selection: SelectionNode): ObjectSchema {
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.object(type, selection.selectionSet);
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = this.#fragments.get(selection.name.value);
      if (!fragment) throw new Error(`There is no fragment ${selection.name.value}`);
      return this.object(type, fragment.selectionSet);
    }
    const { name, alias, selectionSet } = selection;
    const field = type.getFields()[name.value];
    if (!field) throw new Error(`${type.name} has no field ${name.value}`);
    const value = this.#value(field.type, selectionSet);
    return objectOf({
      [snakeName((alias ?? name).value)]: {
        // A type that has a name has a description of its own.
        ...(value.title === undefined ? value : { anyOf: [value] }),
        ...(field.description != null && { description: field.description }),
        ...(field.deprecationReason != null && { deprecated: true }),
      },
    });
  }

  #value(type: GraphQLOutputType, selectionSet: SelectionSetNode | undefined): JsonSchema {
    if (isNonNullType(type)) return this.#present(type.ofType, selectionSet);
    return orNull(this.#present(type, selectionSet));
  }

  #present(type: GraphQLOutputType, selectionSet: SelectionSetNode | undefined): JsonSchema {
    if (isListType(type)) return { type: 'array', items: this.#value(type.ofType, selectionSet) };
    if (isEnumType(type)) return enumSchema(type);
    if (isObjectType(type) && selectionSet) return this.object(type, selectionSet);
    return scalars[getNamedType(type).name] ?? {}; // JSON is anything
  }
}

function enumSchema(type: GraphQLEnumType): JsonSchema {
  // In one order, whether the schema comes from the code or from SDL.
  const values = type.getValues().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = values.map(({ name, description }) => `- \`${name}\`: ${description ?? ''}`);
  return {
    title: type.name,
    description: [type.description ?? '', ...lines].join('\n'),
    type: 'string',
    enum: values.map(({ name }) => name),
  };
}

/** An object with all of these properties. */
export function objectOf(properties: Readonly<Record<string, JsonSchema>>): ObjectSchema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

/** One object with the properties of all; of two properties of one name the last. */
export function allOf(...parts: readonly ObjectSchema[]): ObjectSchema {
  const properties = Object.assign(
    {},
    ...parts.map((part) => part.properties),
  ) as ObjectSchema['properties'];
  return {
    type: 'object',
    properties,
    required: [...new Set(parts.flatMap(({ required }) => required))],
  };
}

/** Without one of its properties. */
export function without(removed: string, { properties, required, ...rest }: ObjectSchema): ObjectSchema {
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== removed)),
    required: required.filter((name) => name !== removed),
  };
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.title !== undefined) return { anyOf: [schema, { type: 'null' }] };
  return typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : schema;
}

/** What it is if it is not null. */
function notNull(schema: JsonSchema): JsonSchema {
  const [only] = schema.anyOf ?? [];
  if (only) return only;
  if (typeof schema.type === 'string' || schema.type === undefined) return schema;
  const [type = 'null'] = schema.type;
  return { ...schema, type };
}

/** @throws Error for a schema that is not one of an object */
export function asObject(schema: JsonSchema | undefined): ObjectSchema {
  const { properties, required, ...rest } = notNull(schema ?? {});
  if (!properties || !required) throw new Error('The schema is not one of an object');
  return { ...rest, properties, required };
}

/** @throws Error for a schema that is not one of a list */
export function memberOf(schema: JsonSchema | undefined): JsonSchema {
  const { items } = notNull(schema ?? {});
  if (!items) throw new Error('The schema is not one of a list');
  return items;
}
