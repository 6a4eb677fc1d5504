/** Everything in a schema that has a name and is no type: fields, arguments, input fields and enum values. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

export interface SchemaElement {
  /** Coordinate, such as `Query.tasks(first:)`. */
  readonly path: string;
  readonly kind: 'field' | 'argument' | 'input field' | 'enum value';
  readonly name: string;
  readonly description: string | null | undefined;
  readonly deprecationReason: string | null | undefined;
  /** Name of its type, without list and non-null; null for an enum value. */
  readonly typeName: string | null;
  /** Its type as the SDL writes it, such as `[ID!]!`; null for an enum value. */
  readonly typeText: string | null;
  /** Name of the type that has it. */
  readonly owner: string;
}

/** Of all types but those of introspection, in the order of the schema. */
export function schemaElements(schema: GraphQLSchema): readonly SchemaElement[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => elementsOf(type));
}

function elementsOf(type: GraphQLNamedType): readonly SchemaElement[] {
  const owner = type.name;
  if (isObjectType(type) || isInterfaceType(type))
    return Object.values(type.getFields()).flatMap((field): SchemaElement[] => [
      {
        ...field,
        owner,
        path: `${owner}.${field.name}`,
        kind: 'field',
        typeName: getNamedType(field.type).name,
        typeText: String(field.type),
      },
      ...field.args.map((argument): SchemaElement => ({
        ...argument,
        owner,
        path: `${owner}.${field.name}(${argument.name}:)`,
        kind: 'argument',
        typeName: getNamedType(argument.type).name,
        typeText: String(argument.type),
      })),
    ]);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => ({
      ...field,
      owner,
      path: `${owner}.${field.name}`,
      kind: 'input field',
      typeName: getNamedType(field.type).name,
      typeText: String(field.type),
    }));
  if (isEnumType(type))
    return type.getValues().map((value) => ({
      ...value,
      owner,
      path: `${owner}.${value.name}`,
      kind: 'enum value',
      typeName: null,
      typeText: null,
    }));
  return [];
}
