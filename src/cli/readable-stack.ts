/**
 * Stack traces of the bundle, with the files and lines of the sources. Node can translate them itself
 * (`--enable-source-maps`), but then reads all source maps at every start; this reads one for the trace that ends the
 * process.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import type { SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A frame's place: a module of a file, its line and its column, which both begin with 1. */
const place = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/** The same trace; a place that has no source map stays as it is. */
export function readableStack(stack: string): string {
  const maps = new Map<string, SourceMap | null>();
  return stack.replace(place, (whole, url: string, line: string, column: string) => {
    let map = maps.get(url);
    if (map === undefined) maps.set(url, (map = sourceMapOf(url)));
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return whole;
    return `${new URL(entry.originalSource, url).href}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function sourceMapOf(url: string): SourceMap | null {
  try {
    const text = readFileSync(fileURLToPath(`${url}.map`), 'utf8');
    return new SourceMap(JSON.parse(text) as SourceMapPayload); // as the build has written it
  } catch {
    return null;
  }
}
