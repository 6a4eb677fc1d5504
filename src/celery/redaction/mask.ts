/** What stands in place of a secret; Celery masks its configuration with the same. */
export const mask = '********';
/** What stands in place of a text that takes too much work to be looked through. */
export const unchecked = `${mask} (not shown: it takes too long to look for secrets in it)`;

const asterisks = /^\*{3,}$/;

/** Whether the sender has masked it already. */
export function isMasked(value: string): boolean {
  return value.startsWith('***') && value.length <= 64 && asterisks.test(value);
}
