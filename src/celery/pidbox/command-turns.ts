/**
 * Order of what is sent to the workers' pidboxes. A command that can break a worker's pidbox loses every message that
 * the worker received together with it, so it is sent alone: after the answers to what was sent before it, and before
 * other questions. The others pass it while it waits. Celery has no counterpart: `celery inspect` sends one command at
 * a time.
 */

/**
 * READ: a question. BREAKING: a question that can break a worker's pidbox. CONTROL: a command that changes something,
 * or a question that is part of one; it never waits for questions.
 */
export type CommandKind = 'READ' | 'BREAKING' | 'CONTROL';

/** Milliseconds for which others pass a breaking command that waits; then those that come wait behind it. */
const passingTime = 500;
/** Milliseconds from then on until it is sent whatever is unanswered: a worker has long received what was sent before. */
const closingTime = 500;
/** Milliseconds after which a breaking command without an answer holds up nothing any more. */
const longestTurn = 1_000;
/**
 * Milliseconds that a control waits while a breaking command is under way, so that a worker does not receive the two
 * together: one that is well has answered by then.
 */
const controlPause = 100;

/** Ends the turn. */
export type EndTurn = () => void;

interface Waiting {
  readonly kind: CommandKind;
  readonly begin: () => void;
}

interface Turn {
  readonly isBreaking: boolean;
  /** Ends a breaking turn that takes too long. */
  deadline?: NodeJS.Timeout;
}

/** Commands of one kind begin in the order in which they came. */
export class CommandTurns {
  readonly #underWay = new Set<Turn>();
  #waiting: Waiting[] = [];
  /** Whether questions wait behind the breaking command that is next. */
  #isClosed = false;
  /** Closes, and then sends the breaking command that is next. */
  #timer: NodeJS.Timeout | undefined;

  /** Begins at once, and returns null instead of a promise, when nothing is in the way. */
  take(kind: CommandKind): { readonly turn: Promise<EndTurn> | null; readonly end: EndTurn } {
    const turn: Turn = { isBreaking: kind === 'BREAKING' };
    const end = (): void => {
      if (!this.#underWay.delete(turn)) return;
      clearTimeout(turn.deadline);
      this.#next();
    };
    if (this.#isFree(kind) && !this.#waiting.some((other) => other.kind === kind)) {
      this.#begin(turn, end);
      return { turn: null, end };
    }
    const begun = new Promise<EndTurn>((resolve) => {
      const waiting = {
        kind,
        begin: (): void => {
          clearTimeout(timer);
          this.#begin(turn, end);
          resolve(end);
        },
      };
      const timer =
        kind === 'CONTROL' ? setTimeout(() => this.#start(waiting), controlPause).unref() : undefined;
      this.#waiting.push(waiting);
    });
    this.#arm();
    return { turn: begun, end };
  }

  #isFree(kind: CommandKind): boolean {
    if (kind === 'BREAKING') return this.#underWay.size === 0;
    if (this.#isBreakingUnderWay) return false;
    return kind === 'CONTROL' || !this.#isClosed;
  }

  get #isBreakingUnderWay(): boolean {
    for (const { isBreaking } of this.#underWay) if (isBreaking) return true;
    return false;
  }

  #begin(turn: Turn, end: EndTurn): void {
    this.#underWay.add(turn);
    if (!turn.isBreaking) return;
    this.#open();
    turn.deadline = setTimeout(end, longestTurn).unref();
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isClosed = false;
  }

  #next(): void {
    for (const kind of ['CONTROL', 'READ', 'BREAKING'] as const)
      for (const waiting of this.#waiting.filter((other) => other.kind === kind))
        if (this.#isFree(kind)) this.#start(waiting);
    this.#arm();
  }

  #start(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.begin();
  }

  /** Runs while a breaking command waits for others only. */
  #arm(): void {
    const next = this.#waiting.find(({ kind }) => kind === 'BREAKING');
    if (next === undefined || this.#timer !== undefined || this.#isBreakingUnderWay) return;
    this.#timer = setTimeout(() => {
      this.#isClosed = true;
      this.#timer = setTimeout(() => this.#start(next), closingTime).unref();
    }, passingTime).unref();
  }
}
