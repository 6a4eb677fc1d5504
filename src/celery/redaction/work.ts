/**
 * Counts the characters that masking looks at. Every scanner here is linear; the limit is for the mistake that makes
 * one of them not be: the text is then not shown at all, and the event loop is not held up.
 */

/** Characters that may be looked at for each character of a text: the worst text of the tests takes a quarter of it. */
export const workPerCharacter = 400;
const perText = 10_000;

/** A text took more work than a linear scan can. */
export class WorkLimitError extends Error {}

export class Work {
  /** Characters looked at so far. */
  looked = 0;
  readonly #limit: number;

  /** @param length of the text */
  constructor(length: number, perCharacter = workPerCharacter) {
    this.#limit = perCharacter * length + perText;
  }

  /** @throws WorkLimitError */
  spend(characters: number): void {
    this.looked += characters;
    if (this.looked > this.#limit) throw new WorkLimitError();
  }
}
