/** Every mutation of the schema with the fewest arguments that it accepts. */
import {
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { GraphQLArgument, GraphQLInputType } from 'graphql';
import { z } from 'zod';
import { roles } from '../../src/access/viewer.js';
import type { Role } from '../../src/access/viewer.js';
import { schema } from '../../src/graphql/schema.js';

export interface Mutation {
  readonly name: string;
  readonly role: Role;
  readonly document: string;
}

const least = z.object({ role: z.enum(roles) });
const samples: Readonly<Record<string, string>> = {
  ...{ Int: '1', Float: '1', Boolean: 'true', String: '"default"', ID: '"none"' },
  ...{ JSON: '1', DateTime: '"2030-01-01T00:00:00.000Z"', TaskState: 'SUCCESS' },
};

export const mutations: readonly Mutation[] = Object.values(
  schema.getMutationType()?.getFields() ?? {},
).map(({ name, args, extensions }) => {
  const given = args.filter(isNeeded).map((arg) => `${arg.name}: ${sample(arg.type)}`);
  const call = given.length > 0 ? `${name}(${given.join(', ')})` : name;
  return { name, role: least.parse(extensions).role, document: `mutation { ${call} { __typename } }` };
});

/** `input` is all that is needed; it is nullable only because of the arguments that it replaces. */
function isNeeded(arg: GraphQLArgument): boolean {
  return arg.name === 'input' || isRequiredArgument(arg);
}

function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${fields.map((field) => `${field.name}: ${sample(field.type)}`).join(', ')} }`;
  }
  const text = samples[type.name];
  if (text === undefined) throw new Error(`There is no sample of the scalar ${type.name}`);
  return text;
}
