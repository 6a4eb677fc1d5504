import { ConfigError } from '../../../errors.js';

/** @throws ConfigError that does not repeat the text, which may be a password. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new ConfigError('has a percent sign that is not followed by two hexadecimal digits', {
      cause,
    });
  }
}
