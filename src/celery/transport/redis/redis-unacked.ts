/**
 * Delivered and unacknowledged messages by where they were sent. kombu keeps them in one hash for all queues of the
 * database, delivery tag to `[message, exchange, routing_key]`; what is known of a tag is not read again.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { isRefusal } from './redis-errors.js';

/** Maximum messages that are read one by one: the tags alone of more would be megabytes each time. */
const maxTags = 50_000;
/** New ones of one look; the next goes on with the others. */
const maxNew = 10_000;
/** Where scripts are forbidden, whole messages have to be read. */
const maxNewWithoutScript = 2_000;
const batch = 500;

/** Where the message went is at the end of the entry, behind a body that may be megabytes. */
const readTails = `
local tails = {}
for i, tag in ipairs(ARGV) do
  local entry = redis.call('HGET', KEYS[1], tag)
  tails[i] = entry and string.sub(entry, -1024) or false
end
return tails`;
const tailOfEntry = /\}, ?("[^"\\]*(?:\\.[^"\\]*)*"), ?("[^"\\]*(?:\\.[^"\\]*)*")\]$/;
const tails = z.array(z.string().nullable());
const name = z.string();

export interface Route {
  readonly exchange: string;
  readonly routingKey: string;
}

export interface RouteCount extends Route {
  count: number;
}

export class UnackedIndex {
  readonly #key: string;
  /** Messages by delivery tag; null for an entry that is not kombu's. */
  #routes: ReadonlyMap<string, Route | null> = new Map();
  #counting: Promise<readonly RouteCount[] | null> | null = null;

  constructor(key: string) {
    this.#key = key;
  }

  /** @returns null when there are too many, or this user may not see them */
  count(client: Redis): Promise<readonly RouteCount[] | null> {
    this.#counting ??= this.#count(client).finally(() => (this.#counting = null));
    return this.#counting;
  }

  async #count(client: Redis): Promise<readonly RouteCount[] | null> {
    try {
      const size = await client.hlen(this.#key);
      const tags = size === 0 || size > maxTags ? [] : await client.hkeys(this.#key);
      const complete = await this.#learn(client, tags);
      return complete && size <= maxTags ? countRoutes(this.#routes.values()) : null;
    } catch (error) {
      if (isRefusal(error)) return null;
      throw error;
    }
  }

  /** Forgets all other tags. @returns whether the routes of all of these are known now */
  async #learn(client: Redis, tags: readonly string[]): Promise<boolean> {
    const routes = new Map<string, Route | null>();
    const unknown: string[] = [];
    for (const tag of tags) {
      const route = this.#routes.get(tag);
      if (route === undefined) unknown.push(tag);
      else routes.set(tag, route);
    }
    const shared = new Map<string, Route>();
    let complete = unknown.length <= maxNew;
    for (let start = 0; start < Math.min(unknown.length, maxNew); start += batch) {
      const some = unknown.slice(start, start + batch);
      const entries = await this.#read(client, some, unknown.length);
      if (entries === null) {
        complete = false;
        break;
      }
      for (const [index, tag] of some.entries()) {
        const entry = entries[index] ?? null; // acknowledged meanwhile
        if (entry !== null) routes.set(tag, routeOf(entry, shared));
      }
    }
    this.#routes = routes;
    return complete;
  }

  async #read(
    client: Redis,
    tags: readonly string[],
    unknown: number,
  ): Promise<readonly (string | null)[] | null> {
    try {
      return tails.parse(await client.eval(readTails, 1, this.#key, ...tags));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return unknown > maxNewWithoutScript ? null : await client.hmget(this.#key, ...tags);
    }
  }
}

function routeOf(entry: string, shared: Map<string, Route>): Route | null {
  const [, exchange, routingKey] = tailOfEntry.exec(entry) ?? [];
  if (exchange === undefined || routingKey === undefined) return null;
  const key = `${exchange} ${routingKey}`;
  const route = shared.get(key) ?? parseRoute(exchange, routingKey);
  if (route !== null) shared.set(key, route);
  return route;
}

function parseRoute(exchange: string, routingKey: string): Route | null {
  try {
    return {
      exchange: name.parse(JSON.parse(exchange)),
      routingKey: name.parse(JSON.parse(routingKey)),
    };
  } catch {
    return null;
  }
}

function countRoutes(routes: Iterable<Route | null>): readonly RouteCount[] {
  const counts = new Map<string, RouteCount>();
  for (const route of routes) {
    if (route === null) continue;
    const key = JSON.stringify([route.exchange, route.routingKey]);
    const counted = counts.get(key);
    if (counted) counted.count++;
    else counts.set(key, { ...route, count: 1 });
  }
  return [...counts.values()];
}
