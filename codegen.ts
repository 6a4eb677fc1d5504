import type { CodegenConfig } from '@graphql-codegen/cli';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './dist/graphql/schema.js';
import { scalars } from './dist/scalars.js';

// The printed SDL and not the live schema: in the latter enums carry their internal values, and a typed client
// would send those.
const config: CodegenConfig = {
  schema: printSchema(lexicographicSortSchema(schema)),
  documents: 'schema/operations/*.graphql',
  generates: {
    'schema/schema.graphql': { plugins: ['schema-ast'] },
    'schema/openapi.json': { plugins: ['./.ci/openapi.mjs'] },
    'src/generated/client-caches.ts': { plugins: ['./.ci/client-caches.mjs'] },
    'src/generated/operations.ts': {
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        enumType: 'string-literal',
        useTypeImports: true,
        scalars,
      },
    },
  },
};

export default config;
