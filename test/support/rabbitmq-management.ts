/**
 * RabbitMQ's management API, as far as tests judge by it: what there is in a virtual host, and users and
 * virtual hosts of their own. Counts come from statistics, which a test node collects twice a second.
 */

export interface ManagedQueue {
  readonly name: string;
  readonly messages?: number;
  readonly messages_ready?: number;
  readonly messages_unacknowledged?: number;
  readonly consumers?: number;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly exclusive: boolean;
  readonly type?: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface ManagedExchange {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
}

export interface ManagedBinding {
  readonly source: string;
  readonly destination: string;
  readonly destination_type: string;
  readonly routing_key: string;
}

export interface ManagedConnection {
  readonly name: string;
  readonly user?: string;
  readonly vhost?: string;
  readonly channels?: number;
  /** Has `connection_name`, when the client gave itself one, and `product`. */
  readonly client_properties?: Readonly<Record<string, unknown>>;
}

export interface Permissions {
  readonly configure?: string;
  readonly write?: string;
  readonly read?: string;
}

const timeoutMs = 10_000;
const credentials = `Basic ${Buffer.from('guest:guest').toString('base64')}`;

export class RabbitMQManagement {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async createVhost(name: string): Promise<void> {
    await this.#request('PUT', `vhosts/${encode(name)}`);
    await this.setPermissions(name, 'guest');
  }

  /** Closes the connections to it. */
  async deleteVhost(name: string): Promise<void> {
    await this.#request('DELETE', `vhosts/${encode(name)}`);
  }

  /** Copies every message that is published to `amq.rabbitmq.trace`. */
  async trace(vhost: string): Promise<void> {
    await this.#request('PUT', `vhosts/${encode(vhost)}`, { tracing: true });
  }

  /** `tags` such as `monitoring`, which lets a user see the management API; none by default. */
  async createUser(name: string, password: string, tags = ''): Promise<void> {
    await this.#request('PUT', `users/${encode(name)}`, { password, tags });
  }

  /** Regular expressions of resource names; everything by default. */
  async setPermissions(vhost: string, user: string, permissions: Permissions = {}): Promise<void> {
    const all = { configure: '.*', write: '.*', read: '.*' };
    await this.#request('PUT', `permissions/${encode(vhost)}/${encode(user)}`, {
      ...all,
      ...permissions,
    });
  }

  queues(vhost = '/'): Promise<ManagedQueue[]> {
    return this.#list(`queues/${encode(vhost)}`);
  }

  /** Those that a client declared, not the ones that each virtual host has. */
  async exchanges(vhost = '/'): Promise<ManagedExchange[]> {
    const all = await this.#list<ManagedExchange>(`exchanges/${encode(vhost)}`);
    return all.filter(({ name }) => name !== '' && !name.startsWith('amq.'));
  }

  /** Not those of the default exchange, to which every queue is bound. */
  async bindings(vhost = '/'): Promise<ManagedBinding[]> {
    const all = await this.#list<ManagedBinding>(`bindings/${encode(vhost)}`);
    return all.filter(({ source }) => source !== '');
  }

  async connections(vhost?: string): Promise<ManagedConnection[]> {
    const all = await this.#list<ManagedConnection>('connections');
    return all.filter((connection) => vhost === undefined || connection.vhost === vhost);
  }

  /** As an administrator does by a click. */
  async closeConnection(name: string): Promise<void> {
    await this.#request('DELETE', `connections/${encode(name)}`);
  }

  async #list<T>(path: string): Promise<T[]> {
    return (await (await this.#request('GET', path)).json()) as T[];
  }

  async #request(method: string, path: string, body?: object): Promise<Response> {
    const response = await fetch(`${this.#url}/api/${path}`, {
      method,
      headers: { authorization: credentials, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}

const encode = encodeURIComponent;
