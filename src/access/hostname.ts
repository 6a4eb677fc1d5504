/** The name in a `Host` header. It is read by the settings too, which load no package for it. */

/** In lower case, without the port; null for a text that is no host, with or without a port. */
export function hostnameOf(host: string): string | null {
  const url = `http://${host}`;
  // Characters that end a host in a URL would hide what stands before or behind them.
  return /[\s/\\?#@]/.test(host) || !URL.canParse(url) ? null : new URL(url).hostname;
}
