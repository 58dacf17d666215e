import test from "tape";
import { convert, fromView, tensor } from "../src/create.ts";
import { decodeHalves, encodeHalves, halfBits, halfValue, roundHalf } from "../src/half.ts";

/** The number that 16 bits mean, read digit by digit: sign, exponent, fraction. */
function read(bits: number): number {
  const digits = bits.toString(2).padStart(16, "0");
  const exponent = Number.parseInt(digits.slice(1, 6), 2);
  const fraction = [...digits.slice(6)].reduce((sum, digit, k) => sum + +digit / 2 ** (k + 1), 0);
  const sign = digits[0] === "1" ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign / 0 : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The finite halves that are not negative, in their order, and where infinity begins: the number after the largest half. */
const ladder = [...Array.from({ length: 0x7c00 }, (_, bits) => read(bits)), 65536];

/** The bits of the nearest half by a search over all of them; of two that are as near, the one with the even bits. */
function nearest(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.min(Math.abs(x), 65536);
  let [low, high] = [0, ladder.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((ladder[middle] as number) <= size) low = middle;
    else high = middle;
  }
  const [below, above] = [size - (ladder[low] as number), (ladder[high] as number) - size];
  const isLow = below < above || (below === above && low % 2 === 0);
  return sign | (isLow ? low : high);
}

test("every half is its number, and its number is the half", (t) => {
  const odd: number[] = [];
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = halfValue(bits);
    const isNaN = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
    const back = isNaN ? (halfBits(value) & 0x7c00) === 0x7c00 : halfBits(value) === bits;
    const same = Object.is(value, read(bits)) && Object.is(roundHalf(value), value);
    if (!same || !back || Number.isNaN(value) !== isNaN) odd.push(bits);
  }
  t.deepEqual(odd, []);
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
  const values = decodeHalves(all);
  t.ok(values.every((value, bits) => Object.is(value, read(bits))));
  t.ok(encodeHalves(values).every((bits, at) => bits === at || Number.isNaN(values[at])));
  t.end();
});

test("a number becomes the nearest half, and a tie the even one", (t) => {
  const wrong: unknown[] = [];
  const check = (x: number) => {
    const [got, wanted] = [halfBits(x), nearest(x)];
    if (got !== wanted || !Object.is(roundHalf(x), read(wanted))) wrong.push([x, got, wanted]);
  };
  // Between neighbours: the middle, what is next to it, and both ends.
  ladder.forEach((low, at) => {
    const high = ladder[at + 1];
    if (high === undefined) return;
    const middle = (low + high) / 2;
    const near = middle * 2 ** -50;
    for (const x of [low, middle, middle - near, middle + near, high - near, low + near]) {
      check(x);
      check(-x);
    }
  });
  const far = [2 ** -25, 2 ** -26, 1e-40, 5e-324, 65503, 65519.99, 65520, 65536, 1e6, 1e300, 1 / 0];
  for (const x of [...far, 0, -0, Number.NaN]) {
    check(x);
    check(-x);
  }
  t.deepEqual(wrong.slice(0, 5), []);
  t.equal(roundHalf(65519.99), 65504);
  t.equal(roundHalf(65520), Number.POSITIVE_INFINITY);
  t.ok(Object.is(roundHalf(-1e-9), -0));
  // Rounded to 32 bits first, this number would be a tie.
  t.equal(roundHalf(1 + 2 ** -11 + 2 ** -40), 1 + 2 ** -10);
  t.end();
});

test("a tensor of f16 holds rounded numbers", (t) => {
  const x = tensor([0.1, 65520, -2049], { dtype: "f16" });
  t.deepEqual([...x.data()], [1638 / 2 ** 14, Number.POSITIVE_INFINITY, -2048]);
  t.ok(x.data() instanceof Float32Array);
  t.deepEqual([...tensor(Float32Array.of(0.1), { dtype: "f16" }).data()], [1638 / 2 ** 14]);
  t.deepEqual([...convert(x, "f64").data()], [...x.data()]);
  t.deepEqual([...convert(tensor(Float32Array.of(2049)), "f16").data()], [2048]);
  t.equal(fromView(x.view, "f16").dtype, "f16");
  const odd = tensor(Float32Array.of(1, 0.1));
  t.throws(
    () => fromView(odd.view, "f16"),
    /^ShapeError: fromView: the numbers of f16 data must be rounded to half precision, got 0\.10000000149011612; use convert/,
  );
  t.throws(() => fromView(tensor([1]).view, "f16"), /must be a Float32Array for f16, got Float64/);
  t.end();
});
