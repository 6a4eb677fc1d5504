/** The parts of a text that are masked. */

export interface Span {
  readonly start: number;
  readonly end: number;
  /** What stands in its place. */
  readonly shown: string;
}

/** In the order of the text; those that overlap become one. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    if (last === undefined || span.start >= last.end) merged.push(span);
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end };
  }
  return merged;
}

/** @param spans in the order of the text, without overlaps */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  let shown = '';
  let copied = 0;
  for (const span of spans) {
    shown += text.slice(copied, span.start) + span.shown;
    copied = span.end;
  }
  return shown + text.slice(copied);
}
