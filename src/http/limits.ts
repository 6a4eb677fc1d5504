/** How much one client may ask for: the part of the settings that the server keeps. */

export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxTokens: number;
  /** Of an operation, or of all in a batch. */
  readonly maxCost: number;
  readonly maxBatch: number;
  /** Bytes of an answer: to a request with all that is in its batch, or to one operation over WebSocket, or of one item. */
  readonly maxAnswerBytes: number;
  readonly introspection: boolean;
  /** `only` refuses every document that is not a committed one. */
  readonly persistedOperations: 'off' | 'only';
}

export interface ClientLimits {
  /** Operations a second; 0 sets no limit. */
  readonly rateLimit: number;
  readonly rateBurst: number;
  /** Of one client, over whatever transport. */
  readonly maxSubscriptions: number;
}

export interface ServerLimits extends DocumentLimits, ClientLimits {
  /** From one address. */
  readonly maxConnections: number;
  /** Bytes of a request, and of a message over WebSocket. */
  readonly maxBodyBytes: number;
  /** Milliseconds without a byte in either direction. */
  readonly idleTimeout: number;
  /** Origins other than ours whose pages may ask. */
  readonly corsOrigins: readonly string[];
  /** Whether their browsers may send cookies and passwords. */
  readonly corsCredentials: boolean;
}
