/** What the command does besides running the gateway: lines for the auth file. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { sha256Of } from '../access/bearer.js';
import { hashPassword } from '../access/password-hash.js';
import { isRole, roles } from '../access/viewer.js';
import { ConfigError } from '../errors.js';

interface CommandRow {
  readonly usage: string;
  readonly doc: string;
  /** @throws ConfigError in one line, which never repeats what may be a secret */
  readonly run: (
    args: readonly string[],
    input: ReadStream,
    say: (line: string) => void,
  ) => Promise<void>;
}

const maxPasswordLength = 1_024;

export const commands = {
  'hash-password': {
    usage: 'hash-password',
    doc: 'reads a password and prints its hash, for `user` in the auth file',
    run: async (args, input, say) => {
      if (args.length > 0)
        throw new ConfigError(
          'hash-password reads the password from its standard input and accepts no arguments',
        );
      const password = input.isTTY ? await askFor(input) : await readAll(input);
      if (password === '' || password.length > maxPasswordLength)
        throw new ConfigError(`a password must have 1 to ${maxPasswordLength} characters`);
      say(await hashPassword(password));
    },
  },
  'create-token': {
    usage: 'create-token <name> <role>',
    doc: 'prints a new token, and its line for the auth file',
    run: async ([name = '', role = '', ...rest], _input, say) => {
      if (!/^[^\s#]{1,256}$/.test(name) || !isRole(role) || rest.length > 0)
        throw new ConfigError(
          `create-token takes a name without spaces and a role: ${roles.join(', ')}`,
        );
      const token = `cql_${randomBytes(32).toString('base64url')}`;
      say('# The token. It is shown now and never again:');
      say(token);
      say('# Its line for the auth file:');
      say(`token ${name} ${role} ${sha256Of(token).toString('hex')}`);
    },
  },
} as const satisfies Record<string, CommandRow>;

export type Command = keyof typeof commands;

export function isCommand(name: string | undefined): name is Command {
  return name !== undefined && Object.hasOwn(commands, name);
}

/** Without showing what is typed. */
async function askFor(input: ReadStream): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: nowhere, terminal: true });
  process.stderr.write('Password: ');
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** Without the newline that `echo` and editors put at the end. */
async function readAll(input: ReadStream): Promise<string> {
  let text = '';
  for await (const chunk of input.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > 2 * maxPasswordLength) break; // it is refused as it is
  }
  return text.replace(/\r?\n$/, '');
}
