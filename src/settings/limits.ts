/** How much one client may ask for. */
import { boolean, wholeNumber } from './parsers.js';
import { setting } from './setting.js';

export const limitSettings = {
  maxDepth: setting(
    'max-depth',
    'MAX_DEPTH',
    wholeNumber(1, 1_000),
    20,
    '20',
    'levels of fields that an operation may have, fragments included',
  ),
  maxAliases: setting(
    'max-aliases',
    'MAX_ALIASES',
    wholeNumber(0, 1_000_000),
    500,
    '500',
    'fields with an alias that an operation may have, fragments included',
  ),
  maxTokens: setting(
    'max-tokens',
    'MAX_TOKENS',
    wholeNumber(1, 1_000_000),
    10_000,
    '10000',
    'words and signs that a document may have',
  ),
  maxCost: setting(
    'max-cost',
    'MAX_COST',
    wholeNumber(1, 1_000_000_000),
    50_000,
    '50000',
    'fields that an operation, or all of a batch, may ask for, with the members of lists each counted',
  ),
  maxBatch: setting(
    'max-batch',
    'MAX_BATCH',
    wholeNumber(1, 1_000),
    10,
    '10',
    'operations in one request at most',
  ),
  introspection: setting(
    'introspection',
    'INTROSPECTION',
    boolean,
    true,
    'true',
    'whether clients may read the schema; false also keeps its names out of errors',
  ),
  rateLimit: setting(
    'rate-limit',
    'RATE_LIMIT',
    wholeNumber(0, 1_000_000),
    2_000,
    '2000',
    'operations a second that one client may ask for; 0 sets no limit',
  ),
  rateBurst: setting(
    'rate-burst',
    'RATE_BURST',
    wholeNumber(1, 1_000_000),
    4_000,
    '4000',
    'operations at once that a client may ask for after a pause',
  ),
  maxSubscriptions: setting(
    'max-subscriptions',
    'MAX_SUBSCRIPTIONS',
    wholeNumber(1, 1_000_000),
    2_000,
    '2000',
    'subscriptions of one client at most, on all its connections',
  ),
} as const;
