import { type Func, i32, i32x4, type Local, type ModuleBuilder, v128 } from "../wasm/index.ts";

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Writes words `from` (a multiple of 8) to before `to` of a stream of Threefry-2x32-20 as contiguous u32 to `out`,
 * four counters at a time.
 *
 * The key is (key, seed), and the counters are (⌊word/2⌋, counter).
 */
export function threefryKernel(m: ModuleBuilder): Func {
  const params = ["i32", "i32", "i32", "i32", "i32", "i32"] as const;
  return m.func("threefry", { params, export: true }, (f, out, from, to, key, seed, counter) => {
    const parity = i32.xor(i32.xor(key, seed), 0x1bd11bda);
    const keys = [key, seed, f.let(parity)].map((word) => f.let(i32x4.splat(word)));
    const steps = f.let(v128.const(0, 1, 2, 3));
    const [x, y] = [f.local("v128"), f.local("v128")];
    const word = f.local("i32");
    f.for(word, from, to, 8, () => {
      const first = i32x4.add(i32x4.splat(i32.shr_u(word, 1)), steps);
      f.set(x, i32x4.add(first, keys[0] as Local<"v128">));
      f.set(y, i32x4.add(i32x4.splat(counter), keys[1] as Local<"v128">));
      for (let round = 0; round < 20; round++) {
        const by = rotations[round % 8] as number;
        f.set(x, i32x4.add(x, y));
        f.set(y, v128.xor(v128.or(i32x4.shl(y, by), i32x4.shr_u(y, 32 - by)), x));
        if (round % 4 === 3) {
          const group = (round + 1) / 4;
          f.set(x, i32x4.add(x, keys[group % 3] as Local<"v128">));
          const next = i32x4.add(y, keys[(group + 1) % 3] as Local<"v128">);
          f.set(y, i32x4.add(next, i32x4.const(group)));
        }
      }
      const pairs = [i32x4.shuffle(x, y, [0, 4, 1, 5]), i32x4.shuffle(x, y, [2, 6, 3, 7])];
      const at = f.let(i32.add(out, i32.shl(word, 2)));
      f.if(
        i32.ge_u(i32.sub(to, word), 8),
        () => f.do(...pairs.map((pair, k) => v128.store(at, pair, 16 * k))),
        () => {
          for (let k = 0; k < 7; k++) {
            f.if(i32.gt_u(i32.sub(to, word), k), () =>
              f.do(v128.store32_lane(at, pairs[k >> 2] as Local<"v128">, k & 3, 4 * k)),
            );
          }
        },
      );
    });
  });
}
