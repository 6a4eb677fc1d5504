/** Decodes the text of a body by the name that Python has for its encoding. Counterpart of `codecs.decode`. */
import { isUtf8 } from 'node:buffer';

/** Python's names of encodings that the platform knows by others. */
const encodingNames: Readonly<Record<string, string>> = {
  utf16: 'utf-16',
  'utf-16le': 'utf-16-le',
  'utf-16be': 'utf-16-be',
  latin1: 'latin-1',
  'iso8859-1': 'latin-1',
  'iso-8859-1': 'latin-1',
  'windows-1252': 'cp1252',
};

/** The characters 0x80 to 0x9F; U+FFFD stands for those that Python refuses. Node 20 reads them as Latin-1. */
const windows1252 = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

export function isUtf8Name(encoding: string): boolean {
  return /^(?:utf-?8|us-ascii|ascii|binary|)$/i.test(encoding);
}

/** @returns null where the bytes are not of the encoding, or the encoding is unknown */
export function decodeText(bytes: Buffer, encoding: string): string | null {
  if (encoding === 'utf-8' || isUtf8Name(encoding)) return isUtf8(bytes) ? bytes.toString('utf8') : null;
  const name = encoding.trim().toLowerCase().replaceAll('_', '-');
  const known = (Object.hasOwn(encodingNames, name) && encodingNames[name]) || name;
  if (known === 'latin-1') return bytes.toString('latin1');
  if (known === 'cp1252') return decodeWindows1252(bytes);
  const hasBigEndianMark = bytes[0] === 0xfe && bytes[1] === 0xff;
  const label =
    known === 'utf-16-be' || (known === 'utf-16' && hasBigEndianMark)
      ? 'utf-16be'
      : known.replace(/^utf-16.*$/, 'utf-16le').replace(/^cp(125\d)$/, 'windows-$1');
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function decodeWindows1252(bytes: Buffer): string | null {
  const text = bytes
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => windows1252.charAt(character.charCodeAt(0) - 0x80));
  return text.includes('\ufffd') ? null : text;
}
