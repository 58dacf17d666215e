/** IEEE 754 binary16: 1 bit of sign, 5 bits of exponent, 10 bits of fraction. */

const floats = new Float64Array(1);
const words = new Uint32Array(floats.buffer);
/** The words of a 64-bit float: one has its sign and exponent, the other the lower bits of its fraction. */
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const low = 1 - high;

const singles = new Float32Array(1);
const singleBits = new Uint32Array(singles.buffer);

/** From here on numbers round to infinity: halfway from the largest half to what would follow it. */
const overflow = 65520;

/** Returns the size of a finite number that is below `overflow`, rounded to a half. Ties go to the even fraction. */
function roundedSize(size: number): number {
  floats[0] = size;
  // Numbers below 2⁻¹⁴ have the spacing of those above it, 2⁻²⁴.
  const exponent = Math.max(1023 - 14, (words[high] as number) >>> 20);
  // A sum beside 2⁵² spacings has no room for less than one spacing, so the addition itself rounds.
  words[high] = (exponent - 10 + 52) << 20;
  words[low] = 0;
  const large = floats[0];
  return size + large - large;
}

/**
 * Rounds a number to the nearest half. One halfway between two goes to the half with the even fraction. A size from 65520 on becomes
 * infinite. NaN stays NaN, and zero keeps its sign.
 */
export function roundHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size < overflow)) return Number.isNaN(x) ? x : x > 0 ? Infinity : -Infinity;
  const rounded = roundedSize(size);
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** Returns the bits of the half to which `roundHalf` rounds a number. */
export function halfBits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00;
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  const size = Math.abs(x);
  if (size >= overflow) return sign | 0x7c00;
  const rounded = roundedSize(size);
  if (rounded < 2 ** -14) return sign | (rounded * 2 ** 24);
  floats[0] = rounded;
  // A 64-bit float has 20 bits of its fraction in this word, and an exponent that is larger by 1023 − 15.
  return sign | (((words[high] as number) >>> 10) - ((1023 - 15) << 10));
}

/** What a half's bits in the place of a 32-bit float's are too small by, since exponents are counted from 15 and 127. */
const scale = 2 ** (127 - 15);

/**
 * Returns the number that 16 bits mean as a half-precision float (IEEE 754 binary16).
 *
 * @param bits - The bits, 0 … 65535.
 * @returns The number.
 * @nothrow
 * @category For authors of backends
 */
export function halfValue(bits: number): number {
  singleBits[0] = (bits & 0x7fff) << 13;
  const size = (singles[0] as number) * scale;
  const value =
    size < 2 ** 16 ? size : (bits & 0x3ff) === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  return (bits & 0x8000) === 0 ? value : -value;
}

/**
 * Returns the bits of the half-precision floats (IEEE 754 binary16) that are nearest to numbers.
 *
 * A number halfway between two goes to the one with the even fraction. Sizes from 65520 on become infinite.
 *
 * @param values - The numbers.
 * @returns The bits of each.
 * @nothrow
 * @category For authors of backends
 */
export function encodeHalves(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = halfBits(values[i] as number);
  return bits;
}

/**
 * Returns the numbers that bits mean as half-precision floats (IEEE 754 binary16).
 *
 * @param bits - The bits of each.
 * @returns The numbers.
 * @nothrow
 * @category For authors of backends
 */
export function decodeHalves(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < values.length; i++) values[i] = halfValue(bits[i] as number);
  return values;
}
