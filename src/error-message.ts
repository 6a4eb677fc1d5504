/** Anything can be thrown; this is what it says. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
