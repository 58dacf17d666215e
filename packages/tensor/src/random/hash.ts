/**
 * A 32-bit hash of a path such as "dense/0/w", the key of its random draws: FNV-1a over the UTF-8
 * bytes, then the finaliser of MurmurHash3, so that paths that differ in one letter share no bits.
 */
export function hashPath(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
