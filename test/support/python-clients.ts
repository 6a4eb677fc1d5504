/**
 * Programs that are clients of the gateway and written in Python: in the virtual environment `.venv-clients`, which
 * `.ci/run` makes from test/clients/requirements.txt, or that of `CELERYQL_CLIENTS_PYTHON`.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const repository = join(import.meta.dirname, '..', '..');

const folder = dirname(
  process.env['CELERYQL_CLIENTS_PYTHON'] ?? join(repository, '.venv-clients', 'bin', 'python'),
);

/** Where a program of the environment is, `python` included. */
export function pythonClient(program: string): string {
  return join(folder, program);
}

export function isPythonClient(command: string): boolean {
  return dirname(command) === folder;
}

export function hasPythonClients(): boolean {
  const programs = ['python', 'schemathesis', 'ariadne-codegen', 'sgqlc-codegen', 'gql-cli'];
  return programs.every((program) => existsSync(pythonClient(program)));
}
