/** A gateway as its users run it: the command, in a process of its own, which can be measured, stopped and killed. */
import { readFile } from 'node:fs/promises';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { noSettings } from './no-settings.js';
import { Child } from './process.js';

const root = new URL('../../', import.meta.url).pathname;

/** Resolves when it is connected to its broker. */
export async function launchGateway(
  broker: string,
  args: readonly string[] = [],
): Promise<GatewayProcess> {
  const port = await freePort();
  const gateway = new GatewayProcess(port, ['--broker', broker, '--port', String(port), ...args]);
  try {
    await eventually(async () => {
      const { gateway: seen } = await gateway.query<{ gateway: { broker: { connected: boolean } } }>(
        '{ gateway { broker { connected } } }',
      );
      if (!seen.broker.connected) throw new Error(`not connected\n${gateway.child.log()}`);
    }, 20_000);
    return gateway;
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
}

export class GatewayProcess implements AsyncDisposable {
  readonly child: Child;
  readonly #url: string;

  /** @param nodeArgs options of Node itself */
  constructor(port: number, args: readonly string[], nodeArgs: readonly string[] = []) {
    this.#url = `http://127.0.0.1:${port}/graphql`;
    this.child = new Child(process.execPath, [...nodeArgs, 'dist/cli/main.js', ...args], {
      ...{ name: 'celeryql', cwd: root, env: noSettings },
    });
  }

  /** Scheme, host and port. */
  get origin(): string {
    return new URL(this.#url).origin;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(new URL(path, this.#url), init);
  }

  /** The data of an answer without errors. */
  async query<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data | null; errors?: unknown };
    if (data === undefined || data === null || errors !== undefined)
      throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The most memory that it has ever had, in megabytes, as Linux counts it. */
  async peakMegabytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stop();
  }
}
