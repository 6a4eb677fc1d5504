/**
 * Answers what is asked again, before anything else is done for the request: the last request on the same connection had
 * the same headers and was let in, and the answer to the same question is kept and holds. Any other request is handled
 * whole.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from '../../access/authenticator.js';
import type { Caller } from '../../graphql/context.js';
import type { ServerLimits } from '../limits.js';
import type { MetricsSource } from '../routes/metrics-route.js';
import { ReadBody } from '../request-body.js';
import { Admissions } from './admissions.js';
import type { Admission } from './admissions.js';
import type { KeptAnswer } from './kept-answer.js';
import { questionOf } from './kept-answers.js';
import type { KeptAnswers } from './kept-answers.js';

export interface FastPathOptions {
  readonly kept: KeptAnswers;
  readonly authenticator: Authenticator;
  readonly limits: Pick<ServerLimits, 'maxBodyBytes'>;
  readonly metrics: MetricsSource | null;
  /** Milliseconds; must not go back. */
  readonly clock?: () => number;
}

/** Handles a request whole; with its body, where that was read already: null if it was too large. */
export type HandleWhole = (
  request: IncomingMessage,
  response: ServerResponse,
  body?: ReadBody | null,
) => void;

/** A request that was let in, about to be executed. */
export interface Admitted {
  readonly caller: Caller;
  /** Of the authenticator, before it looked at the request. */
  readonly revision: number;
  /** Null of a method that has none. */
  readonly body: Buffer | null;
}

export class FastPath {
  readonly #options: FastPathOptions;
  readonly #admissions: Admissions;

  constructor(options: FastPathOptions) {
    this.#options = options;
    this.#admissions = new Admissions(options);
  }

  handle(request: IncomingMessage, response: ServerResponse, handleWhole: HandleWhole): void {
    const { method } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    const admission = isRead || method === 'POST' ? this.#admissions.recall(request) : null;
    if (admission === null) handleWhole(request, response);
    else if (!isRead) this.#readBody(request, response, admission, handleWhole);
    else if (!this.#answer(response, admission, null)) handleWhole(request, response);
  }

  /** What keeps the answer to a request that has been let in; undefined where none can be kept. */
  keeps(
    request: IncomingMessage,
    { caller, revision, body }: Admitted,
  ): ((answer: KeptAnswer) => void) | undefined {
    const admission = this.#admissions.remember(request, caller, revision);
    const question = questionOf(request, admission, body);
    return question === null ? undefined : (answer) => this.#options.kept.keep(question, answer);
  }

  /** Answers, or has handled whole, when the body has come. A client that leaves before needs no answer. */
  #readBody(
    request: IncomingMessage,
    response: ServerResponse,
    admission: Admission,
    handleWhole: HandleWhole,
  ): void {
    const { maxBodyBytes } = this.#options.limits;
    if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) {
      handleWhole(request, response, null);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    const add = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBodyBytes) return void chunks.push(chunk);
      request.off('data', add).off('end', finish).pause();
      handleWhole(request, response, null);
    };
    const finish = (): void => {
      const [only = Buffer.alloc(0)] = chunks;
      const body = chunks.length < 2 ? only : Buffer.concat(chunks);
      if (!this.#answer(response, admission, body)) handleWhole(request, response, new ReadBody(body));
    };
    request.on('data', add).on('end', finish);
  }

  /** Whether it has answered the request. */
  #answer(response: ServerResponse, admission: Admission, body: Buffer | null): boolean {
    const request = response.req;
    const question = questionOf(request, admission, body);
    if (question === null) return false;
    const { kept, metrics } = this.#options;
    const status = kept.answer(question, admission.caller, response);
    if (status !== null) metrics?.operations.answered(status);
    return status !== null;
  }
}
