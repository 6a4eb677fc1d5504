/** How much one client may ask for. */
import { boolean, kilobytes, oneOf, origins, seconds, wholeNumber } from '../parsers.js';
import { setting } from '../setting.js';

export const limitSettings = {
  maxDepth: setting({
    flag: 'max-depth',
    parse: wholeNumber(1, 1_000),
    default: 20,
    doc: 'maximum depth of nested fields in an operation, fragments included',
  }),
  maxAliases: setting({
    flag: 'max-aliases',
    parse: wholeNumber(0, 1_000_000),
    default: 500,
    doc: 'maximum number of aliases in an operation, fragments included',
  }),
  maxTokens: setting({
    flag: 'max-tokens',
    parse: wholeNumber(1, 1_000_000),
    default: 10_000,
    doc: 'maximum number of tokens in a document',
  }),
  maxCost: setting({
    flag: 'max-cost',
    parse: wholeNumber(1, 1_000_000_000),
    default: 250_000,
    doc: 'maximum cost of an operation, or of all operations of a batch, in fields: the fields of each list item count, and so do the records that the gateway has to read',
  }),
  maxBatch: setting({
    flag: 'max-batch',
    parse: wholeNumber(1, 1_000),
    default: 10,
    doc: 'maximum number of operations in one request',
  }),
  maxBodyBytes: setting({
    flag: 'max-body-kilobytes',
    parse: kilobytes(1, 65_536),
    default: 256 * 1024,
    shown: '256',
    doc: 'maximum size of a request body or of a WebSocket message, in kilobytes',
  }),
  maxAnswerBytes: setting({
    flag: 'max-answer-kilobytes',
    parse: kilobytes(64, 1_048_576),
    default: 16 * 1024 * 1024,
    shown: '16384',
    doc: 'maximum size of the response to a request (all of its batch), of the result of an operation over WebSocket, and of one item of a subscription, in kilobytes',
  }),
  introspection: setting({
    flag: 'introspection',
    parse: boolean,
    default: true,
    doc: 'whether clients may read the schema: true or false; false also keeps names of the schema out of errors',
  }),
  federation: setting({
    flag: 'federation',
    parse: boolean,
    default: false,
    doc: 'whether the API is a subgraph of Apollo Federation 2: true or false',
  }),
  persistedOperations: setting<'off' | 'only'>({
    flag: 'persisted-operations',
    parse: oneOf(['off', 'only']),
    default: 'off',
    doc: '`only` rejects every operation that is not in `schema/persisted-operations.json`; `off` allows all operations',
  }),
  rateLimit: setting({
    flag: 'rate-limit',
    parse: wholeNumber(0, 1_000_000),
    default: 2_000,
    doc: 'operations that one client may send per second; 0 is no limit',
  }),
  rateBurst: setting({
    flag: 'rate-burst',
    parse: wholeNumber(1, 1_000_000),
    default: 4_000,
    doc: 'operations that one client may send at once after a pause',
  }),
  maxConnections: setting({
    flag: 'max-connections',
    parse: wholeNumber(1, 1_000_000),
    default: 2_000,
    doc: 'maximum number of connections from one address',
  }),
  maxSubscriptions: setting({
    flag: 'max-subscriptions',
    parse: wholeNumber(1, 1_000_000),
    default: 2_000,
    doc: 'maximum number of subscriptions of one client, on all its connections together',
  }),
  idleTimeout: setting({
    flag: 'idle-timeout',
    parse: seconds(1, 3_600),
    default: 120_000,
    shown: '120',
    doc: 'seconds after which the gateway closes the connection of a client that neither sends nor reads',
  }),
  corsOrigins: setting<readonly string[]>({
    flag: 'cors-origins',
    parse: origins,
    default: [],
    shown: 'none',
    doc: 'origins whose pages may use the API, such as `https://dashboard.example.com`, separated by commas',
  }),
  corsCredentials: setting({
    flag: 'cors-credentials',
    parse: boolean,
    default: false,
    doc: 'whether browsers may send cookies and passwords with requests of these pages, as behind a proxy that signs users in: true or false',
  }),
} as const;
