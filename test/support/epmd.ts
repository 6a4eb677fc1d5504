/**
 * Erlang's port mapper of the test's own, by which the nodes of RabbitMQ find each other, and the root in which the
 * programs of RabbitMQ run.
 */
import { Child } from './process.js';

/**
 * Another release than the system's: the folder into which its packages and all that they need are unpacked. Its
 * programs run with that folder as their root. Empty for the system's own.
 */
export const root = process.env['CELERYQL_RABBITMQ_ROOT'] ?? '';

/**
 * A program and its arguments, inside the root where there is one, in a mount namespace of its own: a node reads /proc.
 * Each step becomes the next, so that the process id stays.
 */
export function rooted(program: string): [command: string, ...args: string[]] {
  if (root === '') return [program];
  const enter = 'mount --rbind /proc "$0/proc" && exec chroot "$0" "$@"';
  return ['unshare', '--mount', 'sh', '-c', enter, root, program];
}

/** Runs in the foreground: a node that finds none starts a daemon that outlives it. */
export class Epmd implements AsyncDisposable {
  readonly port: number;
  #child: Child | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** Harmless when it runs already. */
  async start(): Promise<void> {
    if (this.#child?.running === true) return;
    const [command, ...args] = rooted('epmd');
    const listen = ['-d', '-d', '-port', String(this.port), '-address', '127.0.0.1'];
    this.#child = new Child(command, [...args, ...listen], {
      name: `epmd on port ${this.port}`,
      env: { ERL_EPMD_PORT: undefined, ERL_EPMD_ADDRESS: undefined },
    });
    await this.#child.waitForLine(/entering the main select\(\) loop/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.kill();
  }
}
