/**
 * Refuses a document that calls a mutation without `input` and without a required former argument, so that no other
 * mutation of the document runs. Counterpart of GraphQL's rule "Required Arguments": these arguments are nullable in the
 * schema only because they are deprecated. A variable counts as given; the mutation itself refuses one that is null.
 */
import { GraphQLError, Kind } from 'graphql';
import type { ASTVisitor, FieldNode, ValidationContext } from 'graphql';
import { mutationInputOf } from './input-plugin.js';

export function RequiredInputRule(context: ValidationContext): ASTVisitor {
  return {
    Field: {
      leave(node: FieldNode): void {
        const field = context.getFieldDef();
        const given = new Set(
          node.arguments
            ?.filter(({ value }) => value.kind !== Kind.NULL)
            .map((argument) => argument.name.value),
        );
        const messages = (field && mutationInputOf(field)?.missing((name) => given.has(name))) ?? [];
        for (const message of messages) context.reportError(new GraphQLError(message, { nodes: node }));
      },
    },
  };
}
