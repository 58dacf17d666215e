import test from "tape";
import { signed, signed64, unsigned } from "../../src/wasm/leb128.ts";

/** Reads bytes of seven bits, the sign in bit 6 of the last one. */
function decode(bytes: readonly number[], isSigned: boolean): bigint {
  let value = 0n;
  bytes.forEach((byte, i) => {
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
  });
  const last = bytes.at(-1) ?? 0;
  return isSigned && (last & 0x40) !== 0 ? value - (1n << BigInt(7 * bytes.length)) : value;
}

test("LEB128 as in the WebAssembly specification", (t) => {
  t.deepEqual(unsigned(624485), [0xe5, 0x8e, 0x26]);
  t.deepEqual(signed(-123456), [0xc0, 0xbb, 0x78]);
  t.deepEqual(signed64(-123456n), [0xc0, 0xbb, 0x78]);
  t.end();
});

test("LEB128 decodes to the number it came from, in as few bytes as it can", (t) => {
  const edges = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  for (const n of edges) {
    t.equal(Number(decode(unsigned(n), false)), n, `unsigned ${n}`);
    const wrapped = n | 0;
    for (const value of [wrapped, -wrapped | 0]) {
      const bytes = signed(value);
      t.equal(Number(decode(bytes, true)), value, `signed ${value}`);
      const bits = value < 0 ? 33 - Math.clz32(~value) : 33 - Math.clz32(value);
      t.equal(bytes.length, Math.max(1, Math.ceil(bits / 7)), `length of ${value}`);
    }
  }
  const wide = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (const value of wide) t.equal(decode(signed64(value), true), value, `${value}`);
  t.end();
});
