/** Writes msgpack as Python does: for the values that JSON has, and bodies of less than 65,536 entries. */
export function writeMsgpack(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.from([0xc0]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xc3 : 0xc2]);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([sized(0xdb, text.length, 4), text]);
  }
  if (Array.isArray(value))
    return Buffer.concat([sized(0xdc, value.length, 2), ...value.map(writeMsgpack)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    sized(0xde, entries.length, 2),
    ...entries.flat().map((part: unknown) => writeMsgpack(part)),
  ]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  if (Number.isSafeInteger(value)) {
    bytes[0] = 0xd3;
    bytes.writeBigInt64BE(BigInt(value), 1);
  } else {
    bytes[0] = 0xcb;
    bytes.writeDoubleBE(value, 1);
  }
  return bytes;
}

function sized(format: number, length: number, size: 2 | 4): Buffer {
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = format;
  bytes.writeUIntBE(length, 1, size);
  return bytes;
}
