/**
 * Returns a 32-bit hash of a path such as "dense/0/w". The hash is the key of the path's random draws.
 *
 * It is FNV-1a over the UTF-8 bytes, then the last mixing step of MurmurHash3. Paths that differ in one letter then have
 * unrelated hashes.
 *
 * @param path - The path.
 * @returns An unsigned 32-bit integer.
 * @nothrow
 * @category For authors of backends
 */
export function hashPath(path: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
