/** Where the schema is not to be read: refuses introspection, and errors of documents name nothing of the schema. */
import { GraphQLError, NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { withoutTypesOfDocument } from '../../graphql/errors/hidden-schema.js';

export function useIntrospectionSwitch(introspection: boolean): Plugin {
  if (introspection) return {};
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ result, setResult }) =>
        setResult(
          result.map((error: unknown) =>
            error instanceof GraphQLError ? withoutTypesOfDocument(error) : error,
          ),
        );
    },
  };
}
