/** Patterns of names: `*` stands for any characters, none among them, and `?` for one. Everything else is itself. */

/** In steps of at most the product of both lengths, whatever the pattern: no expression that could run away. */
export function matchesGlob(pattern: string, name: string): boolean {
  let [p, n] = [0, 0];
  /** The last star, and where what it stands for ends. */
  let [star, end] = [-1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') [star, end] = [p++, n];
    else if (pattern[p] === '?' || pattern[p] === name[n]) [p, n] = [p + 1, n + 1];
    else if (star >= 0) [p, n] = [star + 1, ++end];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
