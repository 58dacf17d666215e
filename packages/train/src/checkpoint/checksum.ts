import type { ByteSource } from "@metrigrad/data";
import { pieces, sha256 } from "../files/sha256.ts";
import { damaged } from "./roles.ts";

/** Where the header of a checkpoint holds its checksum: the first of its texts. */
export const checksumKey = "metrigrad.sha256";

/** What stands for the checksum while it is computed. */
export const noChecksum = "0".repeat(64);

/** The header of a checkpoint up to the digits. */
const before = new TextEncoder().encode(`{"__metadata__":{"${checksumKey}":"`);
const begin = 8 + before.length;

/** Puts the checksum, that of the file with zeros in place of its digits, into the header. */
export function setChecksum(header: Uint8Array, digits: string): void {
  header.set(new TextEncoder().encode(digits), begin);
}

/** The SHA-256 of a file as it is; throws DataError where it has a checksum that is not the one of its content. */
export async function checkedHash(
  source: ByteSource,
  metadata: Readonly<Record<string, string>>,
  where: string,
): Promise<string> {
  const said = metadata[checksumKey];
  const [whole, own] = [sha256(), sha256()];
  let at = 0;
  while (at < source.size) {
    // The digits lie in the first piece.
    const piece = await source.read(at, Math.min(2 ** 24, source.size - at));
    for (const part of pieces(piece)) whole.update(part);
    if (said !== undefined) own.update(at === 0 ? blanked(piece) : piece);
    at += piece.length;
  }
  if (said !== undefined && own.digest() !== said) {
    throw damaged(
      where,
      "the content must be what was saved",
      "other bytes than its checksum says",
    );
  }
  return whole.digest();
}

/** A copy of the beginning of a file with zeros for the digits. */
function blanked(piece: Uint8Array): Uint8Array {
  const copy = piece.slice();
  if (before.every((byte, at) => copy[8 + at] === byte)) setChecksum(copy, noChecksum);
  return copy;
}
