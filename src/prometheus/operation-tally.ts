/**
 * GraphQL operations and HTTP responses, counted as they end. The plugin that executes and the server that answers
 * report them.
 */
import { Buckets, operationBounds } from './buckets.js';
import type { Scrape } from './exposition.js';

export const operationTypes = ['query', 'mutation', 'subscription'] as const;
export type OperationType = (typeof operationTypes)[number];

/** `refused`: not GraphQL, not of the schema, or beyond the limits. `partial`: data and errors. */
export const operationStatuses = ['ok', 'partial', 'error', 'refused'] as const;
export type OperationStatus = (typeof operationStatuses)[number];

export const streamTransports = ['sse', 'websocket'] as const;
export type StreamTransport = (typeof streamTransports)[number];

export class OperationTally {
  readonly #counts = new Map<
    string,
    { type: OperationType | null; status: OperationStatus; count: number }
  >();
  readonly #durations = new Map<OperationType, Buckets>();
  readonly #responses = new Map<number, number>();
  readonly #stalled: Record<StreamTransport, number> = { sse: 0, websocket: 0 };

  /** @param type null when it was refused before its type was known */
  ended(type: OperationType | null, status: OperationStatus, seconds: number | null = null): void {
    const key = `${type ?? ''} ${status}`;
    const known = this.#counts.get(key) ?? { type, status, count: 0 };
    known.count++;
    this.#counts.set(key, known);
    if (type === null || seconds === null) return;
    const durations = this.#durations.get(type) ?? new Buckets(operationBounds);
    durations.observe(seconds);
    this.#durations.set(type, durations);
  }

  answered(code: number): void {
    this.#responses.set(code, (this.#responses.get(code) ?? 0) + 1);
  }

  /** A subscriber was cut off because its client read nothing. */
  stalled(transport: StreamTransport): void {
    this.#stalled[transport]++;
  }

  addTo(scrape: Scrape): void {
    for (const { type, status, count } of this.#counts.values())
      scrape.add('operations_total', { type, status }, count);
    for (const [type, durations] of this.#durations)
      scrape.addHistogram('operation_duration_seconds', { type }, durations);
    for (const [code, count] of this.#responses)
      scrape.add('http_responses_total', { code: String(code) }, count);
    for (const transport of streamTransports)
      scrape.add('stalled_connections_total', { transport }, this.#stalled[transport]);
  }
}
