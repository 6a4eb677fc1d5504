/** Names of keys in Redis. Own prefix, version and cluster in each, so that nothing crosses. */
import { createHash } from 'node:crypto';

export interface ValueKeys {
  readonly value: string;
  readonly lock: string;
  readonly epoch: string;
  /** Prefixes of keys that were invalidated, and when. */
  readonly prefixes: string;
}

/** Longer keys are made of arguments that strangers wrote, and take as much memory there as a value. */
const longestKey = 100;

export class SharedKeys {
  readonly #base: string;

  constructor(prefix: string, cluster: string) {
    this.#base = `${prefix}v1:${encodeURIComponent(cluster)}:`;
  }

  of(cache: string, key: string): ValueKeys {
    const name =
      key.length > longestKey ? `#${createHash('sha256').update(key).digest('base64url')}` : `=${key}`;
    return {
      value: `${this.#base}value:${cache}:${name}`,
      lock: `${this.#base}lock:${cache}:${name}`,
      epoch: this.epoch(cache),
      prefixes: this.prefixes(cache),
    };
  }

  epoch(cache: string): string {
    return `${this.#base}epoch:${cache}`;
  }

  prefixes(cache: string): string {
    return `${this.#base}prefixes:${cache}`;
  }

  get replicas(): string {
    return `${this.#base}replicas`;
  }
}
