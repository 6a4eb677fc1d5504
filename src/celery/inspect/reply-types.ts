/** The content type of each worker's last reply to a remote control command, which shows the worker's serializer. */

/** More workers are not remembered: they count as unknown. */
const maxWorkers = 20_000;

export class ReplyTypes {
  /** Content type by hostname; null for a reply that did not name it. */
  readonly #types = new Map<string, string | null>();

  saw(hostname: string, contentType: string | null): void {
    if (this.#types.has(hostname) || this.#types.size < maxWorkers)
      this.#types.set(hostname, contentType);
  }

  /** A new process may have other settings. */
  forget(hostname: string): void {
    this.#types.delete(hostname);
  }

  /** Whether the worker has replied. */
  isKnown(hostname: string): boolean {
    return this.#types.has(hostname);
  }

  /** False where the worker has not replied. */
  isYaml(hostname: string): boolean {
    return isYaml(this.#types.get(hostname));
  }
}

export function isYaml(contentType: string | null | undefined): boolean {
  return contentType != null && /\byaml\b/i.test(contentType);
}
