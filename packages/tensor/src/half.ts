/** IEEE 754 binary16: 1 bit of sign, 5 bits of exponent, 10 bits of fraction. */

const floats = new Float64Array(1);
const words = new Uint32Array(floats.buffer);
/** The word of a 64-bit float that has its sign and exponent. */
const high = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** From here on numbers round to infinity: halfway from the largest half to what would follow it. */
const overflow = 65520;

/** Returns the size of a finite number that is below `overflow`, rounded to a half. Ties go to the even fraction. */
function roundedSize(size: number): number {
  floats[0] = size;
  // Numbers below 2⁻¹⁴ have the spacing of those above it, 2⁻²⁴.
  const exponent = Math.max(-14, ((words[high] as number) >>> 20) - 1023);
  // A sum beside 2⁵² spacings has no room for less than one spacing, so the addition itself rounds.
  const large = 2 ** (exponent - 10 + 52);
  return size + large - large;
}

/**
 * Rounds a number to the nearest half-precision float (IEEE 754 binary16).
 *
 * A number halfway between two goes to the one with the even fraction. A size from 65520 on becomes infinite. NaN stays NaN, and
 * zero keeps its sign.
 *
 * @param x - The number.
 * @returns The nearest half-precision float, as a number.
 * @nothrow
 * @category For authors of backends
 */
export function roundHalf(x: number): number {
  const size = Math.abs(x);
  if (!(size < overflow)) return Number.isNaN(x) ? x : x > 0 ? Infinity : -Infinity;
  const rounded = roundedSize(size);
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/**
 * Returns the 16 bits of the half-precision float (IEEE 754 binary16) that is nearest to a number.
 *
 * It rounds as {@link roundHalf} does.
 *
 * @param x - The number.
 * @returns The bits, 0 … 65535.
 * @nothrow
 * @category For authors of backends
 */
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

/**
 * Returns the number that 16 bits mean as a half-precision float (IEEE 754 binary16).
 *
 * @param bits - The bits, 0 … 65535.
 * @returns The number.
 * @nothrow
 * @category For authors of backends
 */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
