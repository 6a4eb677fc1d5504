/**
 * Answers that are kept to be given again, by what was asked: who asks and with which headers, the address, and the body.
 * Those asked for last are kept, within a bound of their number and bytes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { KeptAnswersCounterName, KeptAnswersStats } from '../../cache/kept-answers-stats.js';
import type { Caller } from '../../graphql/context.js';
import type { Admission } from './admissions.js';
import type { KeptAnswer } from './kept-answer.js';

const maxAnswers = 1_000;
const maxBytes = 16 * 1024 * 1024;
/** Characters of a question that is looked up. */
const maxQuestion = 16_384;

/** Disposing it stops its timer. */
export class KeptAnswers implements Disposable {
  readonly #answers: LRUCache<string, KeptAnswer>;
  readonly #counts: Record<KeptAnswersCounterName, number> = {
    hits: 0,
    stored: 0,
    outdated: 0,
    evictions: 0,
  };
  readonly #sweeping: NodeJS.Timeout;

  /** @param sweepInterval milliseconds after which answers are dropped that no request asks for and that hold no more */
  constructor(sweepInterval = 60_000) {
    this.#sweeping = setInterval(() => this.sweep(), sweepInterval).unref();
    this.#answers = new LRUCache({
      max: maxAnswers,
      maxSize: maxBytes,
      maxEntrySize: maxBytes / 16,
      sizeCalculation: ({ bytes }, question) => bytes + question.length,
      dispose: (_answer, _question, reason) => {
        if (reason === 'evict') this.#counts.evictions++;
      },
    });
  }

  get stats(): KeptAnswersStats {
    return {
      size: this.#answers.size,
      maxSize: maxAnswers,
      bytes: this.#answers.calculatedSize,
      maxBytes,
      ...this.#counts,
    };
  }

  /**
   * Answers the request, if the same was asked before and would be answered the same now.
   * @returns the status of the response; null where nothing was answered
   */
  answer(question: string, caller: Caller, response: ServerResponse): number | null {
    const startedAt = performance.now();
    const answer = this.#answers.get(question);
    if (answer === undefined) return null;
    if (!answer.isFresh) {
      this.#counts.outdated++;
      this.#answers.delete(question);
      return null;
    }
    if (!answer.isFor(caller)) return null; // it is refused where all others are
    this.#counts.hits++;
    return answer.give(response, caller, startedAt);
  }

  keep(question: string, answer: KeptAnswer): void {
    this.#answers.set(question, answer);
    if (this.#answers.has(question)) this.#counts.stored++;
  }

  /** Drops what can no longer be given, and with it the values that it refers to. */
  sweep(): void {
    for (const [question, answer] of [...this.#answers.entries()])
      if (!answer.isFresh) this.#answers.delete(question);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweeping);
  }
}

/** Null for what is too long to be looked up. */
export function questionOf(
  { method = 'GET', url = '' }: IncomingMessage,
  { profile }: Admission,
  body: Buffer | null,
): string | null {
  if (url.length + (body?.length ?? 0) > maxQuestion) return null;
  return `${profile} ${method} ${url}\n${body?.toString('latin1') ?? ''}`;
}
