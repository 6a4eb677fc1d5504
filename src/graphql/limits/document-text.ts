/**
 * Bounds the text of a document before it is parsed: in one pass, without recursion. What is found here would cost more
 * later: long names are repeated in every item of an answer, and brackets take stack.
 */
import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { limitError } from './limit-error.js';

export interface TextLimits {
  readonly maxTokens: number;
  /** Brackets of any kind that may be open at once. */
  readonly maxNesting: number;
}

/** Characters of a name in a document, such as an alias, and of the other names that a client gives. */
export const maxNameLength = 255;

const opening: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.BRACKET_L,
  TokenKind.PAREN_L,
]);
const closing: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.BRACKET_R,
  TokenKind.PAREN_R,
]);

/**
 * The number of lines; null when the text has a token that is no GraphQL, which parsing says better.
 * @throws GraphQLError when the text is over a limit
 */
export function checkText(text: string | Source, { maxTokens, maxNesting }: TextLimits): number | null {
  const lexer = new Lexer(typeof text === 'string' ? new Source(text) : text);
  let tokens = 0;
  let nesting = 0;
  for (let token = next(lexer); token !== null; token = next(lexer)) {
    if (token.kind === TokenKind.EOF) return token.line;
    if (++tokens > maxTokens)
      throw limitError(`The document has more than ${maxTokens} tokens, the maximum`);
    if (token.kind === TokenKind.NAME && token.value.length > maxNameLength)
      throw limitError(`The document has a name of more than ${maxNameLength} characters`);
    if (opening.has(token.kind) && ++nesting > maxNesting) throw tooDeep();
    if (closing.has(token.kind)) nesting--;
  }
  return null;
}

/** For more brackets than the stack has room for, as well. */
export function tooDeep(): GraphQLError {
  return limitError('The document is nested too deeply to be read');
}

function next(lexer: Lexer): Lexer['token'] | null {
  try {
    return lexer.advance();
  } catch (error) {
    if (error instanceof GraphQLError) return null;
    throw error;
  }
}
