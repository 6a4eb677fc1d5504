import graphql from '@graphql-eslint/eslint-plugin';
import js from '@eslint/js';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** Modules of the root that are no builders. */
const leaves = 'the root';
/** Modules of the root that build the gateway out of the folders: the command line alone imports them. */
const builders = ['cli', 'gateway', 'index', 'open-cluster', 'open-clusters'];

/**
 * Imports go one way, from the top of this list to its end. Each folder names those that it may import, apart from its
 * own; `types` may be imported as types alone. Modules of the root that are not named here are leaves, open to all.
 */
const layers = {
  cli: { values: ['config', 'access', 'celery', 'gateway', 'index'] },
  reload: { values: ['access', 'cluster', 'config'], types: ['open-clusters'] },
  http: { values: ['access', 'cache', 'celery', 'cluster', 'generated', 'graphql', 'prometheus'] },
  prometheus: { values: ['cache', 'celery', 'cluster'], types: ['access'] },
  graphql: { values: ['access', 'cache', 'celery', 'cluster'] },
  cluster: { values: ['access', 'cache', 'celery'], types: ['config'] },
  demo: { values: ['celery'] },
  config: { values: ['access', 'cache', 'celery', 'cluster/warm-up-names', 'prometheus/task-labels'] },
  celery: { values: [] },
  cache: { values: [] },
  access: { values: [] },
  generated: { values: [] },
  [leaves]: { values: [] },
};

const boundary = ([folder, { values, types = [] }]) => {
  const others = [...Object.keys(layers), ...builders].filter((name) => name !== folder);
  const up = folder === leaves ? String.raw`^\./` : String.raw`^(\.\./)+`;
  const end = String.raw`(/|\.js$)`;
  const anyOf = (paths) => `(${paths.join('|')})${end}`;
  const open = [...values, ...types];
  const message = `${folder} imports ${values.join(', ') || 'no other folder'}`;
  const patterns = [
    { regex: `${up}${open.length > 0 ? `(?!${anyOf(open)})` : ''}${anyOf(others)}`, message },
  ];
  if (types.length > 0)
    patterns.push({ regex: `${up}${anyOf(types)}`, message, allowTypeImports: true });
  return {
    files: folder === leaves ? ['src/*.ts'] : [`src/${folder}/**`],
    ...(folder === leaves && { ignores: builders.map((name) => `src/${name}.ts`) }),
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
  };
};

const schemaFile = 'schema/schema.graphql';
const operationFiles = 'schema/operations/*.graphql';

/** The contract and its operations: what generators and Relay expect of both. Each rule that is off says why. */
const graphqlRules = [
  {
    files: ['schema/**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: schemaFile, documents: operationFiles } },
    },
  },
  {
    files: [schemaFile],
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          DirectiveDefinition: true,
        },
      ],
      '@graphql-eslint/require-nullable-result-in-root': 'error',
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      // Only what a client can keep by itself has an id: tasks, workers, queues. Figures and payloads have none.
      '@graphql-eslint/strict-id-in-types': 'off',
      // The id of a task in Celery is `taskId` in every type, in Task too: there `id` is the global one.
      '@graphql-eslint/no-typename-prefix': 'off',
      // `TaskType` is a type of tasks, and no suffix.
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          'EnumTypeDefinition,EnumTypeExtension': { forbiddenSuffixes: ['Enum'] },
        },
      ],
      // Lists with a bound are plain lists; those that grow are connections. A record of the audit log is read in its list only.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  {
    files: [operationFiles],
    rules: graphql.configs['flat/operations-recommended'].rules,
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist',
      'coverage',
      'reports',
      'src/generated',
      '.stryker-tmp',
      '.venv-*',
      'test/clients/generated-*',
      'test/clients/relay',
    ],
  },
  ...graphqlRules,
  {
    files: ['**/*.{js,mjs,ts}'],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['test/mutation/*.mjs', 'bench/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // Numbers in messages are meant; unknown values in them are not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => void work()` says on purpose that a result is dropped.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Interfaces that are asynchronous for other implementations.
      '@typescript-eslint/require-await': 'off',
      // A type parameter that documents a relation between arguments and answer.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        performance: 'readonly',
        URL: 'readonly',
      },
    },
  },
  // Regular expressions meet texts of clients, workers and brokers: none may take more than linear time.
  {
    files: ['src/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential', ignorePartial: false }],
    },
  },
  // Yoga's hooks are handed closures, not methods.
  { files: ['src/http/**'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  // A unit test opens no socket and starts no process: test/support/in-memory-setup.ts refuses what passes this.
  {
    files: ['test/unit/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: ['node:net', 'node:http', 'node:https', 'node:tls', 'ws', 'amqplib', 'ioredis'].map(
            (name) => ({
              name,
              message: 'a test that opens a socket belongs in test/http',
              allowTypeImports: true,
            }),
          ),
          patterns: [
            {
              regex: '/test-server\\.js$',
              message: 'a test that starts a server belongs in test/http',
            },
            {
              regex:
                '(?<!/bench)/support/(?!(documentation|eventually|exposition|schema-elements|schema-walk)\\.js$)',
              message:
                'a test that starts a gateway, a server or a program belongs in test/http or test/integration',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/support/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'node:child_process',
          message: 'programs are started by test/support, where the suite must have named them',
        },
        ...[
          ['node:net', 'connect', 'connect-tcp'],
          ['amqplib', 'connect', 'connect-amqp'],
          ['ws', 'WebSocket', 'web-socket'],
        ].map(([name, imported, file]) => ({
          name,
          importNames: [imported],
          message: `test/support/${file}.ts has it with a listener for errors, without which one fails the whole run`,
        })),
      ],
    },
  },
  ...Object.entries(layers).map(boundary),
);
