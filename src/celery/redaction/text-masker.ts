/** Looks for all kinds of secrets in a text, in one pass from left to right for each notation that it may be in. */
import { CardNumbers } from './card-numbers.js';
import { commandSecrets } from './command-lines.js';
import { secretArguments } from './command-programs.js';
import { DecodedText } from './decoded-text.js';
import { keyedSecret } from './keyed-secrets.js';
import { mask } from './mask.js';
import { nameValueSecrets } from './name-value-pairs.js';
import { derKey, pemInBase64, privateKey, privateKeyRest } from './private-keys.js';
import { ScannedText } from './scanned-text.js';
import { keyFormats, serviceKey } from './service-keys.js';
import { discordToken, markedKey, markedKeys, telegramToken } from './shaped-keys.js';
import { mergeSpans, replaceSpans, type Span } from './spans.js';
import type { SecretNames } from './secret-names.js';
import { TriggerTable, type Place, type Trigger, type TriggerHandler } from './trigger-table.js';
import { urlSecret } from './url-passwords.js';
import { urlSignature } from './url-signatures.js';
import { credential, jsonWebToken } from './web-tokens.js';
import type { Work } from './work.js';

/** What stands at a word that was found, if it is a secret. */
type Finder = (scan: ScannedText, start: number, end: number) => Span | null;

/** Masking may uncover what looks like a secret beside the mask. */
const mostRounds = 4;
/** Texts may be encoded several times. */
const mostDecodings = 3;

function finders(names: SecretNames): readonly Trigger<Finder>[] {
  const words = (list: readonly string[], target: Finder, place: Place = 'anywhere') =>
    list.map((word) => ({ word, matchesCase: false, place, target }));
  const exact = (list: readonly string[], target: Finder) =>
    list.map((word) => ({ word, matchesCase: true, place: 'anywhere' as const, target }));
  const keyed: Finder = (scan, start, end) => keyedSecret(scan, names, start, end);
  return [
    ...words(['://'], (scan, start) => urlSecret(scan, start)),
    ...words(names.hints, keyed),
    ...words(names.wordHints, keyed, 'alone'),
    ...words(['bearer ', 'token ', 'apikey ', 'basic '], credential),
    ...exact(['eyJ'], jsonWebToken),
    ...words(['sig=', 'signature=', 'key=', 'code='], urlSignature),
    ...keyFormats.flatMap((format) =>
      exact(format.prefixes, (scan, start, end) => serviceKey(scan, format, start, end)),
    ),
    ...markedKeys.map((format): Trigger<Finder> => {
      const target: Finder = (scan, start, end) => markedKey(scan, format, start, end);
      return { word: format.mark, matchesCase: true, place: 'anywhere', target };
    }),
    ...exact([':AA'], telegramToken),
    ...exact('MT MD Mj Mz ND NT Nj Nz OD OT'.split(' '), discordToken),
    ...words(['-begin ', '- begin'], (scan, _start, end) => privateKey(scan, end - 'begin '.length)),
    ...words(['-end ', '- end'], (scan, _start, end) => privateKeyRest(scan, end - 'end '.length)),
    ...exact(['tLS1CRUdJTi', 'tLS0tLUJFR0lO', 'tLS0tQkVHSU4'], pemInBase64),
    ...exact(['MII', 'MIG', 'MIH', 'MHc', 'MC4', 'MC5'], derKey),
    ...words(
      [...secretArguments.keys()],
      (scan, start) => {
        scan.calls.push(start);
        return null;
      },
      'command',
    ),
  ];
}

/** Passes the words of a text to their finders, and keeps what these find. Most texts have none. */
class Reading implements TriggerHandler<Finder> {
  readonly text: string;
  readonly #work: Work;
  #scan: ScannedText | null = null;
  #spans: Span[] | null = null;
  #cards: CardNumbers | null = null;

  constructor(text: string, work: Work) {
    this.text = text;
    this.#work = work;
  }

  get scan(): ScannedText {
    return (this.#scan ??= new ScannedText(this.text, this.#work));
  }

  get spans(): Span[] {
    return (this.#spans ??= []);
  }

  /** Whether anything was read that may have to do with a secret. */
  get isIdle(): boolean {
    return this.#scan === null;
  }

  onWord(find: Finder, start: number, end: number): number {
    const { scan } = this;
    const span = find(scan, start, end);
    if (span === null) return start;
    this.spans.push(span);
    scan.floor = span.end;
    return span.end;
  }

  onDigits(start: number): number {
    const { scan, spans } = this;
    this.#cards ??= new CardNumbers(scan);
    const end = this.#cards.collect(start, spans);
    scan.floor = Math.max(scan.floor, spans.at(-1)?.end ?? 0);
    return end;
  }
}

const none: readonly Span[] = [];

export class TextMasker {
  readonly #names: SecretNames;
  readonly #table: TriggerTable<Finder>;

  constructor(names: SecretNames) {
    this.#names = names;
    this.#table = new TriggerTable(finders(names));
  }

  /** @throws WorkLimitError */
  mask(text: string, work: Work): string {
    let shown = text;
    for (let round = 0; round < mostRounds; round++) {
      const spans = this.#secrets(shown, work, 0);
      if (spans.length === 0) break;
      shown = replaceSpans(shown, mergeSpans(spans));
    }
    return shown;
  }

  #secrets(text: string, work: Work, decodings: number): readonly Span[] {
    const reading = new Reading(text, work);
    work.spend(text.length);
    const hasEscapes = this.#table.read(text, reading);
    if (reading.isIdle) return hasEscapes ? this.#encoded(text, work, decodings) : none;
    const { scan, spans } = reading;
    return spans.concat(
      scan.calls.length > 0 ? commandSecrets(scan, scan.calls) : none,
      scan.hasNameAsValue ? nameValueSecrets(scan, this.#names) : none,
      hasEscapes ? this.#encoded(text, work, decodings) : none,
    );
  }

  #encoded(text: string, work: Work, decodings: number): readonly Span[] {
    if (decodings === mostDecodings) return none;
    work.spend(text.length);
    const decoded = DecodedText.of(text);
    if (decoded === null) return none;
    return this.#secrets(decoded.text, work, decodings + 1).map(({ start, end, shown }) => ({
      start: decoded.placeOf(start),
      end: decoded.placeOf(end),
      shown: shown.replace(/^'|'$/g, '') === mask ? mask : shown,
    }));
  }
}
