/** What stands in place of a secret; Celery masks its configuration with the same. */
export const mask = '********';

const asterisks = /^\*{3,}$/;

/** Whether somebody has masked it before us. */
export function isMasked(value: string): boolean {
  return asterisks.test(value);
}
