/** Refuses mutations without their required arguments before anything is executed. */
import type { Plugin } from 'graphql-yoga';
import { RequiredInputRule } from '../../graphql/plugins/required-input-rule.js';

export function useRequiredInput(): Plugin {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(RequiredInputRule);
    },
  };
}
