import { type Floats, type FunctionBuilder, i8x16, type Local, type V128 } from "../wasm/index.ts";

/** Returns numbers of two vectors in the given order. The numbers of x are counted first, then those of y. */
export function shuffle({ bytes }: Floats, x: V128, y: V128, numbers: readonly number[]): V128 {
  const bytesOf = (number: number) =>
    Array.from({ length: bytes }, (_, byte) => bytes * number + byte);
  return i8x16.shuffle(x, y, numbers.flatMap(bytesOf));
}

/** Transposes as many vectors as each has numbers. */
export function transpose(
  f: FunctionBuilder,
  floats: Floats,
  rows: readonly V128[],
): Local<"v128">[] {
  const mixed = (x: V128, y: V128, numbers: readonly number[]) =>
    f.let(shuffle(floats, x, y, numbers));
  if (floats.lanes === 2) {
    const [a, b] = rows as [V128, V128];
    return [mixed(a, b, [0, 2]), mixed(a, b, [1, 3])];
  }
  const [a, b, c, d] = rows as [V128, V128, V128, V128];
  const low = mixed(a, b, [0, 4, 1, 5]);
  const high = mixed(a, b, [2, 6, 3, 7]);
  const low2 = mixed(c, d, [0, 4, 1, 5]);
  const high2 = mixed(c, d, [2, 6, 3, 7]);
  return [
    mixed(low, low2, [0, 1, 4, 5]),
    mixed(low, low2, [2, 3, 6, 7]),
    mixed(high, high2, [0, 1, 4, 5]),
    mixed(high, high2, [2, 3, 6, 7]),
  ];
}
