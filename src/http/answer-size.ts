/** Bounds the bytes of an answer before it is written: the texts in it are still those of the store, and not copied. */
import type { ExecutionResult } from 'graphql';
import { limitError } from '../graphql/limits/limit-error.js';
import { slices } from '../slices.js';
import { jsonBytes } from './json-text.js';
import { writeData } from './written-data.js';

/** Bytes of the answers to one request, as far as they are known. */
export interface AnswerBudget {
  answered: number;
}

/** Bytes of `{"data":}`. */
const aroundData = 9;

/** The result; an error alone in its place when it has more bytes than are left. */
export async function boundedAnswer<Result extends ExecutionResult>(
  result: Result,
  maxBytes: number,
  budget: AnswerBudget = { answered: 0 },
): Promise<Result | ExecutionResult> {
  const { data, errors } = result;
  const text = data && !errors ? writeData(data) : null;
  const bytes =
    text === null
      ? await slices.run(jsonBytes({ data, errors }, maxBytes - budget.answered))
      : Buffer.byteLength(text) + aroundData;
  const before = budget.answered; // the others of the batch were measured meanwhile
  if (before + bytes <= maxBytes) {
    budget.answered += bytes;
    return result;
  }
  const others = before > 0 ? ', with those of the others in its batch' : '';
  const message = `The answer has more than ${maxBytes} bytes${others}, the maximum: request fewer members or fields`;
  return { errors: [limitError(message)] };
}
