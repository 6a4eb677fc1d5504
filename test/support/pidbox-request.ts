/**
 * A remote control request as kombu puts it on Redis: a JSON envelope around a base64 JSON body.
 * Decoded here without the gateway's own code, which is what it is used to judge.
 */
export interface PidboxRequest {
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly destination: readonly string[] | null;
  readonly pattern: string | null;
  readonly matcher: string | null;
  /** Absent in a cast, which has no reply. */
  readonly ticket?: string;
  readonly reply_to?: { readonly exchange: string; readonly routing_key: string };
}

/** The JSON body of a kombu envelope. */
export function readEnvelopeBody(envelope: string): unknown {
  const { body, properties } = JSON.parse(envelope) as {
    body: string;
    properties: { body_encoding?: string };
  };
  const isBase64 = properties.body_encoding === 'base64';
  return JSON.parse(isBase64 ? Buffer.from(body, 'base64').toString('utf8') : body) as unknown;
}

export function readPidboxRequest(envelope: string): PidboxRequest {
  return readEnvelopeBody(envelope) as PidboxRequest;
}
