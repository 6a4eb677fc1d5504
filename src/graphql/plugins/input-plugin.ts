/**
 * One argument for each mutation: `input`, an object with everything that the mutation declares as its arguments. The
 * arguments themselves stay in the schema, deprecated and nullable, as far as they were there before. A resolver gets
 * what it has declared, whichever way the client has taken.
 */
import SchemaBuilder, {
  BasePlugin,
  InputFieldRef,
  type PothosInputFieldConfig,
  type PothosInputFieldType,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import { BadUserInputError } from '../../errors.js';

export const inputPlugin = 'celeryqlInput';

export const inputArgName = 'input';

/** An extension of a mutation: arguments that have another name outside of `input`, by the name that they have in it. */
export function formerArgs(names: Readonly<Record<string, string>>): {
  readonly formerArgs: typeof names;
} {
  return { formerArgs: names };
}

/** An extension of a mutation: arguments that are texts outside of `input`, and enums in it. */
export function formerTexts(...names: readonly string[]): { readonly formerTexts: readonly string[] } {
  return { formerTexts: names };
}

type Arguments = Readonly<Record<string, unknown>>;

interface DeclaredArgument {
  readonly name: string;
  /** Outside of `input`. */
  readonly formerName: string;
  /** As in the SDL, such as `String!`. */
  readonly type: string;
  readonly required: boolean;
  readonly defaultValue: unknown;
}

/** What a mutation declares as its arguments, and how it reads what a client gave. */
export class MutationInput {
  readonly #mutation: string;
  readonly #declared: readonly DeclaredArgument[];

  constructor(mutation: string, declared: readonly DeclaredArgument[]) {
    this.#mutation = mutation;
    this.#declared = declared;
  }

  /**
   * The arguments as they are declared; arguments that are not, such as `cluster`, stay as they are.
   * @throws BadUserInputError if a client gave `input` and other arguments, or left a required one out
   */
  read(args: Arguments): Arguments {
    const { [inputArgName]: input, ...others } = args;
    const formerNames = new Set(this.#declared.map(({ formerName }) => formerName));
    const rest = Object.fromEntries(Object.entries(others).filter(([name]) => !formerNames.has(name)));
    if (!isGiven(input)) return { ...this.#former(others), ...rest };
    const given = [...formerNames].filter((name) => isGiven(others[name]));
    if (given.length > 0)
      throw new BadUserInputError(`give ${inputArgName} or ${given.join(', ')}, not both`);
    return { ...(input as Arguments), ...rest };
  }

  /** Messages about required arguments that are missing; none if `input` is given, which GraphQL checks itself. */
  missing(isGiven: (name: string) => boolean): string[] {
    if (isGiven(inputArgName)) return [];
    return this.#declared
      .filter(({ required, formerName }) => required && !isGiven(formerName))
      .map(
        // The words of GraphQL, which refused this while the argument was non-null.
        ({ formerName, type }) =>
          `Field "${this.#mutation}" argument "${formerName}" of type "${type}" is required, but it was not provided.`,
      );
  }

  #former(args: Arguments): Arguments {
    const [message] = this.missing((name) => isGiven(args[name]));
    if (message !== undefined) throw new BadUserInputError(message);
    const former: Record<string, unknown> = {};
    for (const { name, formerName, defaultValue } of this.#declared) {
      const { [formerName]: value = defaultValue } = args;
      if (value !== undefined) former[name] = value;
    }
    return former;
  }

  /** The same, for the audit log and the cost; arguments that are refused stay as they are. */
  tolerantly(args: Arguments): Arguments {
    try {
      return this.read(args);
    } catch {
      return args;
    }
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

interface Extensions {
  readonly formerArgs?: Readonly<Record<string, string>>;
  readonly formerTexts?: readonly string[];
  readonly mutationInput?: MutationInput;
  /** As `@pothos/plugin-complexity` has it. */
  readonly complexity?:
    | number
    | { readonly field?: number; readonly multiplier?: number }
    | ((args: Arguments, ...others: readonly unknown[]) => unknown);
}

/** Undefined for a field that is no mutation. */
export function mutationInputOf(field: {
  readonly extensions?: object | null | undefined;
}): MutationInput | undefined {
  return ((field.extensions ?? {}) as Extensions).mutationInput;
}

export class InputPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    if (field.parentType !== 'Mutation') return field;
    const {
      complexity,
      formerArgs: formerNames = {},
      formerTexts: texts = [],
    } = (field.extensions ?? {}) as Extensions;
    const args = Object.values(field.args).map((arg) => ({
      arg,
      declared: this.#declared(arg, formerNames[arg.name] ?? arg.name),
    }));
    const mutationInput = new MutationInput(
      field.name,
      args.map(({ declared }) => declared),
    );
    return {
      ...field,
      args: {
        [inputArgName]: this.#inputArg(field),
        ...Object.fromEntries(
          args.map(({ arg, declared: { formerName } }) => {
            const former = deprecated(arg, formerName);
            return [formerName, texts.includes(arg.name) ? { ...former, type: optionalText } : former];
          }),
        ),
      },
      extensions: {
        ...field.extensions,
        mutationInput,
        ...(typeof complexity === 'function' && {
          complexity: (given: Arguments, ...rest: readonly unknown[]): unknown =>
            complexity(mutationInput.tolerantly(given), ...rest),
        }),
      },
    };
  }

  override wrapResolve(
    resolve: GraphQLFieldResolver<unknown, Types['Context'], object>,
    field: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const input = mutationInputOf(field);
    if (input === undefined) return resolve;
    return (parent, args, context, info) => resolve(parent, input.read({ ...args }), context, info);
  }

  #declared(arg: PothosInputFieldConfig<Types>, formerName: string): DeclaredArgument {
    const { name, type, defaultValue } = arg;
    return { name, formerName, type: this.#typeText(type), required: type.required, defaultValue };
  }

  #typeText(type: PothosInputFieldType<Types>): string {
    const text =
      type.kind === 'List'
        ? `[${this.#typeText(type.type)}]`
        : this.builder.configStore.getTypeConfig(type.ref).name;
    return type.required ? `${text}!` : text;
  }

  /** Declares the input type of a mutation, with a field for each of its arguments. */
  #inputArg({ name, args }: PothosOutputFieldConfig<Types>): PothosInputFieldConfig<Types> {
    const fields = Object.values(args).map((arg) => [arg.name, inputField(arg)] as const);
    const ref = this.builder.inputType(`${name.charAt(0).toUpperCase()}${name.slice(1)}Input`, {
      description: `The arguments of \`${name}\`.`,
      // Their names are known at run time only.
      fields: () => Object.fromEntries(fields) as never,
    });
    return {
      name: inputArgName,
      kind: 'Arg',
      graphqlKind: 'Arg',
      parentField: name,
      parentType: 'Mutation',
      type: { kind: 'InputObject', ref, required: false },
      description: 'The arguments, in one object.',
      // Plugins look for their own options here, and there are none.
      pothosOptions: {} as PothosInputFieldConfig<Types>['pothosOptions'],
    };
  }
}

const optionalText = { kind: 'Scalar', ref: 'String', required: false } as const;

function inputField<Types extends SchemaTypes>(
  arg: PothosInputFieldConfig<Types>,
): InputFieldRef<Types, unknown> {
  return new InputFieldRef((name, { name: parentType }) => ({
    ...arg,
    name,
    parentType,
    parentField: undefined,
    kind: 'InputObject',
    graphqlKind: 'InputObject',
  }));
}

/** GraphQL deprecates only what may be left out; a default would look as if the client had given it. */
function deprecated<Types extends SchemaTypes>(
  arg: PothosInputFieldConfig<Types>,
  name: string,
): PothosInputFieldConfig<Types> {
  return {
    ...arg,
    name,
    defaultValue: undefined,
    type: { ...arg.type, required: false },
    deprecationReason: `Use \`${inputArgName}\`.`,
  };
}

SchemaBuilder.registerPlugin(inputPlugin, InputPlugin);

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos learns of plugins
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [inputPlugin]: InputPlugin<Types>;
    }
  }
}
