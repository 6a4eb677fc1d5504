/** Classes of characters, by their codes. A place outside of a text has the code NaN, which is in no class. */
export const backslash = 92;
export const newline = 10;

export function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

/** Letters of other scripts are none of a word's ends. */
export function isWordCharacter(code: number): boolean {
  return isLetter(code) || isDigit(code) || code === 95 || code > 127;
}

/** A word's, `-`, `.` or `$`. */
export function isNameCharacter(code: number): boolean {
  return isWordCharacter(code) || code === 45 || code === 46 || code === 36;
}

export function isSpace(code: number): boolean {
  return code <= 32 || code === 0xa0;
}

export function isOpeningBracket(code: number): boolean {
  return code === 40 || code === 91 || code === 123;
}

export function isClosingBracket(code: number): boolean {
  return code === 41 || code === 93 || code === 125;
}

/** The n, r or t of an escaped line end or tab. */
export function isSpaceEscape(code: number): boolean {
  return code === 110 || code === 114 || code === 116;
}

/** Where the run of characters of this class ends that begins here. */
export function runEnd(text: string, from: number, is: (code: number) => boolean): number {
  let at = from;
  while (is(text.charCodeAt(at))) at++;
  return at;
}

/** Behind the backslashes that begin here. */
export function slashesEnd(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === backslash) at++;
  return at;
}

/**
 * Whether the character before this place belongs to a word: the n of an escaped line end, as in `\nghp_...`, does not.
 */
export function isInWord(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (!isWordCharacter(before)) return false;
  return !(isSpaceEscape(before) && text.charCodeAt(at - 2) === backslash);
}
