/** Where the schema is not to be read: refuses introspection, and errors do not guess at names. */
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const suggestion = / ?Did you mean [^?]*\?/g;

export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replaceAll(suggestion, '');
  if (message === error.message) return error;
  const { nodes, source, positions, path, extensions } = error;
  const place = { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null };
  return new GraphQLError(message, { ...place, path: path ?? null, extensions });
}

export function useIntrospectionSwitch(introspection: boolean): Plugin {
  if (introspection) return {};
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ result, setResult }) =>
        setResult(
          result.map((error: unknown) =>
            error instanceof GraphQLError ? withoutSuggestion(error) : error,
          ),
        );
    },
  };
}
