/**
 * Order of what is sent to the workers' pidboxes. A command that can break a worker's pidbox loses every message that
 * the worker received together with it, so it is sent alone: after the answers to what was sent before it, and before
 * anything else is sent. Celery has no counterpart: `celery inspect` sends one command at a time.
 */

/**
 * Milliseconds that a command waits for its turn at most. Messages that are this far apart are not received together
 * by a worker that is well, and a command must not wait for ever for one that is not.
 */
const longestWait = 1_000;

/** Ends the turn. */
export type EndTurn = () => void;

interface Waiting {
  readonly alone: boolean;
  readonly begin: () => void;
}

/** First come, first served; commands that need not be alone share a turn. */
export class CommandTurns {
  #together = 0;
  #alone = 0;
  #waiting: Waiting[] = [];

  /** Begins at once, and returns null instead of a promise, when nothing is in the way. */
  take(alone: boolean): { readonly turn: Promise<EndTurn> | null; readonly end: EndTurn } {
    const end = this.#end(alone);
    if (this.#waiting.length === 0 && this.#isFree(alone)) {
      this.#begin(alone);
      return { turn: null, end };
    }
    const turn = new Promise<EndTurn>((resolve) => {
      const waiting: Waiting = {
        alone,
        begin: () => {
          clearTimeout(timer);
          this.#begin(alone);
          resolve(end);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== waiting);
        waiting.begin();
        this.#next();
      }, longestWait).unref();
      this.#waiting.push(waiting);
    });
    return { turn, end };
  }

  #isFree(alone: boolean): boolean {
    return this.#alone === 0 && (!alone || this.#together === 0);
  }

  #begin(alone: boolean): void {
    if (alone) this.#alone++;
    else this.#together++;
  }

  #end(alone: boolean): EndTurn {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      if (alone) this.#alone--;
      else this.#together--;
      this.#next();
    };
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || !this.#isFree(first.alone)) return;
      this.#waiting.shift();
      first.begin();
    }
  }
}
