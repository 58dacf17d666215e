import type { ByteSource } from "@metrigrad/data";
import { hashed, sha256 } from "../files/sha256.ts";
import { damaged } from "./roles.ts";

/** The name of the checksum among the texts of a checkpoint's header, where it comes first. */
export const checksumKey = "metrigrad.sha256";

/** The digits in place of the checksum while it is computed. */
export const noChecksum = "0".repeat(64);

/** The header of a checkpoint up to the digits. */
const before = new TextEncoder().encode(`{"__metadata__":{"${checksumKey}":"`);
const begin = 8 + before.length;

/** Puts the checksum into the header. It is the checksum of the file with zeros in place of its digits. */
export function setChecksum(header: Uint8Array, digits: string): void {
  header.set(new TextEncoder().encode(digits), begin);
}

/** Returns the SHA-256 of a file, its checksum included. */
export async function hashOf(source: ByteSource): Promise<string> {
  const hash = sha256();
  await eachPiece(source, (piece) => hashed(hash, piece));
  return hash.digest();
}

/** Throws DataError if a file's checksum is not that of its content. */
export async function checkContent(
  source: ByteSource,
  metadata: Readonly<Record<string, string>>,
  where: string,
): Promise<void> {
  const said = metadata[checksumKey];
  if (said === undefined) return;
  const hash = sha256();
  // The digits lie in the first piece.
  await eachPiece(source, (piece, at) => hashed(hash, at === 0 ? blanked(piece) : piece));
  if (hash.digest() === said) return;
  throw damaged(where, "the content must be what was saved", "other bytes than its checksum says");
}

async function eachPiece(
  { size, read }: ByteSource,
  take: (piece: Uint8Array, at: number) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < size; at += 2 ** 24) {
    await take(await read(at, Math.min(2 ** 24, size - at)), at);
  }
}

/** Returns a copy of the beginning of a file, with zeros for the digits. */
function blanked(piece: Uint8Array): Uint8Array {
  const copy = piece.slice();
  if (before.every((byte, at) => copy[8 + at] === byte)) setChecksum(copy, noChecksum);
  return copy;
}
