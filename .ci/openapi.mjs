/** A plugin of graphql-codegen: the OpenAPI document of the REST routes, with the operations as they are now. */
import { openApiDocument } from '../dist/http/routes/openapi.js';

export function plugin(schema, files) {
  const operations = files.flatMap(({ document }) => document.definitions);
  return `${JSON.stringify(openApiDocument(schema, operations), null, 2)}\n`;
}
