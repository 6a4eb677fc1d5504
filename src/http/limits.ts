/** How much one client may ask for: the part of the settings that the server keeps. */

export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxTokens: number;
  /** Of an operation, or of all in a batch. */
  readonly maxCost: number;
  readonly maxBatch: number;
  readonly introspection: boolean;
}

export interface ClientLimits {
  /** Operations a second; 0 sets no limit. */
  readonly rateLimit: number;
  readonly rateBurst: number;
  /** Of one client, over whatever transport. */
  readonly maxSubscriptions: number;
}
