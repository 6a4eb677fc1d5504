/** What all answers to conditional requests share. */
import { LastChanges } from './last-changes.js';

/** About two megabytes. */
const maxQuestions = 10_000;

/**
 * Headers by which answers of the same address differ: their form and encoding, whose they are, and which pages may read
 * them.
 */
const variedBy = ['Accept', 'Accept-Encoding', 'Authorization', 'Origin'];

export interface ConditionalAnswersOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Milliseconds; must not go back. */
  readonly durationClock?: () => number;
  /** Names of the headers in which a proxy says who the user is. */
  readonly identityHeaders: readonly string[];
}

export class ConditionalAnswers {
  /** When each answer was first seen to be as it is. */
  readonly changes: LastChanges;
  /** Value of `Vary`. */
  readonly vary: string;
  /** Milliseconds; does not go back. */
  readonly durationClock: () => number;

  constructor({
    clock,
    identityHeaders,
    durationClock = () => performance.now(),
  }: ConditionalAnswersOptions) {
    this.durationClock = durationClock;
    this.changes = new LastChanges({ maxQuestions, clock });
    this.vary = [...variedBy, ...identityHeaders].join(', ');
  }
}
