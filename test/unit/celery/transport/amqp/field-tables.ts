/** Field tables and header frames in bytes, with types that amqplib does not write. */

export const field = (name: string, tag: string, content: Buffer | readonly number[] = []): Buffer =>
  Buffer.concat([Buffer.from([name.length]), Buffer.from(name), value(tag, content)]);

/** As it stands in an array. */
export const value = (tag: string, content: Buffer | readonly number[] = []): Buffer =>
  Buffer.concat([Buffer.from(tag, 'latin1'), Buffer.from(content)]);

export const int64 = (number: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(number);
  return bytes;
};

/** Content with its length before it, as texts, tables and arrays have it. */
export const long = (content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** A message's header frame: content type, headers and correlation id. */
export function headerFrame(table: Buffer, channel = 1, bodySize = 0): Buffer {
  const short = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const prefix = Buffer.alloc(14);
  prefix.writeUInt16BE(60, 0);
  prefix.writeBigUInt64BE(BigInt(bodySize), 4);
  prefix.writeUInt16BE(0x8000 | 0x2000 | 0x0400, 12);
  const payload = [prefix, short('application/json'), long(table), short('corr')];
  return frame(2, channel, Buffer.concat(payload));
}

export function frame(type: number, channel: number, payload: Buffer): Buffer {
  const start = Buffer.alloc(7);
  start.writeUInt8(type, 0);
  start.writeUInt16BE(channel, 1);
  start.writeUInt32BE(payload.length, 3);
  return Buffer.concat([start, payload, Buffer.from([0xce])]);
}
