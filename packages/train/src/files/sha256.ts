import { pause } from "@metrigrad/tensor";

/** A SHA-256 that is fed piece by piece. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** Returns the 64 hexadecimal digits for all bytes so far. You may not add bytes afterwards. */
  digest(): string;
}

/** Returns a SHA-256: that of Node if there is one, and otherwise the one below, which also runs in pages. */
export function sha256(): Sha256 {
  const { process: host } = globalThis as { process?: NodeJS.Process };
  if (typeof host?.getBuiltinModule !== "function") return plainSha256();
  const hash = host.getBuiltinModule("node:crypto").createHash("sha256");
  return {
    update: (bytes) => {
      // Node takes up to 2³¹−1 bytes at once.
      for (const piece of pieces(bytes)) hash.update(piece);
    },
    digest: () => hash.digest("hex"),
  };
}

/** Returns the SHA-256 of a text in UTF-8. */
export function sha256Of(text: string): string {
  const hash = sha256();
  hash.update(new TextEncoder().encode(text));
  return hash.digest();
}

/** Adds bytes to a SHA-256, with pauses. In a page 64 KiB take a few milliseconds. */
export async function hashed(hash: Sha256, bytes: Uint8Array): Promise<void> {
  for (const piece of pieces(bytes, 2 ** 16)) {
    hash.update(piece);
    await pause();
  }
}

/** Returns bytes in pieces, of 16 MiB by default, which share the memory of the bytes. */
export function* pieces(bytes: Uint8Array, size = 2 ** 24): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Returns a SHA-256 by FIPS 180-4. */
export function plainSha256(): Sha256 {
  const { state: first, words: k } = constants();
  const h = Uint32Array.from(first);
  const w = new Uint32Array(64);
  const block = new Uint8Array(64);
  const view = new DataView(block.buffer);
  let [filled, total] = [0, 0];
  const turn = (x: number, n: number) => (x >>> n) | (x << (32 - n));
  const word = (of: Uint32Array, at: number) => of[at] as number;
  const mix = () => {
    for (let t = 0; t < 16; t++) w[t] = view.getUint32(4 * t);
    for (let t = 16; t < 64; t++) {
      const x = word(w, t - 15);
      const y = word(w, t - 2);
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w[t] = word(w, t - 16) + s0 + word(w, t - 7) + s1;
    }
    let [a, b, c, d] = [word(h, 0), word(h, 1), word(h, 2), word(h, 3)];
    let [e, f, g, last] = [word(h, 4), word(h, 5), word(h, 6), word(h, 7)];
    for (let t = 0; t < 64; t++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const t1 = (last + s1 + ((e & f) ^ (~e & g)) + word(k, t) + word(w, t)) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      // They are moved one after the other, since a list of them would make an array in each turn.
      last = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    [a, b, c, d, e, f, g, last].forEach((value, at) => {
      h[at] = word(h, at) + value;
    });
  };
  const take = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(64 - filled, bytes.length - at);
      block.set(bytes.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < 64) return;
      mix();
      filled = 0;
    }
  };
  return {
    update: (bytes) => {
      total += bytes.length;
      take(bytes);
    },
    digest: () => {
      const end = new Uint8Array((filled < 56 ? 56 : 120) - filled + 8);
      end[0] = 0x80;
      new DataView(end.buffer).setBigUint64(end.length - 8, 8n * BigInt(total));
      take(end);
      return Array.from(h, (value) => value.toString(16).padStart(8, "0")).join("");
    },
  };
}

/**
 * Returns the first 32 bits of the fractions of square and cube roots of primes. They are exact, since doubles have
 * 52 bits.
 */
function constants(): { readonly state: number[]; readonly words: Uint32Array } {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  const fraction = (x: number) => Math.floor((x - Math.floor(x)) * 2 ** 32);
  return {
    state: primes.slice(0, 8).map((p) => fraction(Math.sqrt(p))),
    words: Uint32Array.from(primes, (p) => fraction(Math.cbrt(p))),
  };
}
