/** Checks answers against the OpenAPI document, more strictly than clients may: a property that it does not name is wrong. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Reference {
  readonly $ref: string;
}
interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}
interface Operation {
  readonly parameters: readonly Reference[];
  readonly responses: Readonly<Record<string, Response | Reference>>;
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

const file = new URL('../../schema/openapi.json', import.meta.url);

/** As it is committed. */
export const openApi = JSON.parse(readFileSync(file, 'utf8')) as OpenApi;

const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema(closed(openApi) as object, 'openapi');

/** What is wrong with an answer by the document, in words; empty if nothing is. */
export function complaints({
  method,
  path,
  status,
  body,
}: {
  method: string;
  path: string;
  status: number;
  body: unknown;
}): string[] {
  const responses = openApi.paths[path]?.[method.toLowerCase()]?.responses;
  if (!responses) return [`the document has no ${method} ${path}`];
  const place = responses[status] ? String(status) : 'default';
  const response = responses[place];
  const pointer =
    response && '$ref' in response
      ? response.$ref
      : `#/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${place}`;
  const validate = ajv.compile({ $ref: `openapi${pointer}/content/application~1json/schema` });
  return validate(body) ? [] : [ajv.errorsText(validate.errors)];
}

/** The same schema, without room for properties that it does not name. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));
  return typeof members['properties'] === 'object'
    ? { ...members, additionalProperties: false }
    : members;
}
