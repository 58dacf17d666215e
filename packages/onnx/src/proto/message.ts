/** A message of Protocol Buffers that is being written: pieces of bytes, and how many there are in all. */
export interface Message {
  readonly pieces: Uint8Array[];
  size: number;
}

const text = new TextEncoder();

/** Makes an empty message. */
export function message(): Message {
  return { pieces: [], size: 0 };
}

function push(to: Message, piece: Uint8Array): void {
  to.pieces.push(piece);
  to.size += piece.length;
}

/** Returns an integer as a varint: 7 bits for each byte, the lowest first. Negative numbers have 64 bits. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** Writes a field with an integer. */
export function integer(to: Message, field: number, value: number): void {
  push(to, varint(field << 3));
  push(to, varint(value));
}

/** Writes a field with bytes or a text. The bytes are kept as they are, not copied. */
export function bytes(to: Message, field: number, value: Uint8Array | string): void {
  const content = typeof value === "string" ? text.encode(value) : value;
  push(to, varint((field << 3) | 2));
  push(to, varint(content.length));
  push(to, content);
}

/** Writes a field with a message. */
export function inner(to: Message, field: number, value: Message): void {
  push(to, varint((field << 3) | 2));
  push(to, varint(value.size));
  for (const piece of value.pieces) to.pieces.push(piece);
  to.size += value.size;
}

/** Returns the bytes of a message. */
export function joined({ pieces, size }: Message): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
