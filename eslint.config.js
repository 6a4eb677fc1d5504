import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Imports go one way: access, cache and celery know nobody, graphql reads them, prometheus shows them, http serves both, gateway builds it all. */
const boundary = (files, forbidden, message) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: [{ regex: String.raw`^\.\./(.*/)?(${forbidden.join('|')})(/|\.js$)`, message }] },
    ],
  },
});

export default tseslint.config(
  { ignores: ['dist', 'coverage', 'src/generated', '.venv-celery*'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['test/faults/*.mjs', 'bench/*.mjs'] },
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
  // Yoga's hooks are handed closures, not methods.
  { files: ['src/http/**'], rules: { '@typescript-eslint/unbound-method': 'off' } },
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
  boundary(
    ['src/cache/**'],
    [
      'access',
      'celery',
      'graphql',
      'prometheus',
      'http',
      'demo',
      'gateway',
      'config',
      'settings',
      'cli',
    ],
    'cache knows nobody',
  ),
  boundary(
    ['src/celery/**'],
    ['access', 'cache', 'graphql', 'prometheus', 'http', 'demo', 'gateway', 'config', 'settings', 'cli'],
    'celery knows nobody',
  ),
  boundary(
    ['src/access/**'],
    ['cache', 'celery', 'graphql', 'prometheus', 'http', 'demo', 'gateway', 'config', 'settings', 'cli'],
    'access knows nobody',
  ),
  boundary(
    ['src/graphql/**'],
    ['prometheus', 'http', 'demo', 'gateway', 'config', 'settings', 'cli'],
    'graphql reads access, cache and celery only',
  ),
  boundary(
    ['src/prometheus/**'],
    ['http', 'demo', 'gateway', 'config', 'settings', 'cli'],
    'prometheus shows what graphql and below know',
  ),
  boundary(['src/http/**'], ['demo', 'gateway', 'config', 'settings', 'cli'], 'http serves graphql'),
  boundary(
    ['src/demo/**'],
    ['access', 'cache', 'graphql', 'prometheus', 'http', 'gateway', 'config', 'settings', 'cli'],
    'demo hangs off celery',
  ),
);
