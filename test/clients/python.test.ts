/** Clients in Python: generated from the committed SDL, with types for states and times. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programOutput } from '../support/program.js';
import { pythonClient } from '../support/python-clients.js';
import { describeWith } from '../support/requirements.js';
import { sendAndRerunVariables } from './documents.js';
import { startClientGateway } from './gateway.js';
import type { ClientGateway } from './gateway.js';
import { GeneratedFolder } from './generated.js';

interface Report {
  readonly taskIds: readonly string[];
  readonly totalCount: number;
  readonly sent: boolean;
  readonly codes: readonly string[];
}

const sdl = resolve('schema/schema.graphql');
const operations = join(import.meta.dirname, 'operations.graphql');

const ariadne = `
[tool.ariadne-codegen]
schema_path = "${sdl}"
queries_path = "${operations}"
target_package_name = "celeryql_client"
async_client = false
[tool.ariadne-codegen.scalars.DateTime]
type = "datetime.datetime"
[tool.ariadne-codegen.scalars.TaskState]
type = "str"
`;

describeWith(['python-clients'], 'Clients in Python', () => {
  let server: ClientGateway;
  let generated: GeneratedFolder;
  beforeAll(async () => {
    generated = new GeneratedFolder();
    server = await startClientGateway();
  });
  afterAll(async () => {
    generated[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });

  const run = (program: string, ...args: string[]) =>
    programOutput(pythonClient(program), args, { cwd: generated.path });
  const write = (name: string, text: string) => writeFileSync(join(generated.path, name), text);

  /** Walks through the tasks with a script, and has it send one task and rerun one that does not exist. */
  async function check(script: string): Promise<void> {
    const file = join(import.meta.dirname, 'python', script);
    const report = JSON.parse(
      await run('python', file, server.url, sendAndRerunVariables.name),
    ) as Report;
    const { taskIds, totalCount, sent, codes } = report;
    expect([new Set(taskIds).size, taskIds.length]).toEqual([totalCount, totalCount]);
    expect([sent, codes]).toEqual([true, ['UNKNOWN_TASK']]);
  }

  it('ariadne-codegen generates types without Any, and its client runs', async () => {
    write('pyproject.toml', ariadne);
    await run('ariadne-codegen');
    const models = readFileSync(join(generated.path, 'celeryql_client', 'page_of_tasks.py'), 'utf8');
    expect(models).toContain('state: str\n');
    expect(models).toContain('received_at: Optional[datetime]');
    expect(models).not.toMatch(/\bAny\b/);
    await check('ariadne_client.py');
  });

  it('sgqlc generates types, and its client runs', async () => {
    const schema = introspectionFromSchema(buildSchema(readFileSync(sdl, 'utf8')));
    write('schema.json', JSON.stringify({ data: schema }));
    await run('sgqlc-codegen', 'schema', 'schema.json', 'celeryql_schema.py');
    await run(
      'sgqlc-codegen',
      'operation',
      ...['--schema', 'schema.json'],
      ...['celeryql_schema', 'celeryql_operations.py', operations],
    );
    await check('sgqlc_client.py');
  });

  it('gql accepts the SDL, and runs', async () => {
    await check('gql_client.py');
  });
});
