import { type SobolNumbers, sobolNumbers } from "./sobolNumbers.ts";

/** Bits of a coordinate. */
const bits = 32;

/** Most coordinates that there are numbers for. */
export const mostSobolAxes = sobolNumbers.length + 1;

/**
 * The first n points of the Sobol sequence in the unit cube, the origin first, in the order of the Gray code (Antonov and
 * Saleev 1979): x_{i+1} = x_i ⊕ V_c, where c is the place of the lowest zero bit of i.
 *
 * @returns [n, d], row after row.
 */
export function sobolSequence(n: number, d: number): Float64Array {
  const points = new Float64Array(n * d);
  for (let axis = 0; axis < d; axis++) {
    const directions = directionsOf(sobolNumbers[axis - 1] ?? null);
    let x = 0;
    for (let at = 0; at < n; at++) {
      points[at * d + axis] = x / 2 ** bits;
      x = (x ^ (directions[31 - Math.clz32(~at & (at + 1))] as number)) >>> 0;
    }
  }
  return points;
}

/** V_1 … V_32 by the recurrence of the polynomial; null: the first coordinate, where all m are 1. */
function directionsOf(numbers: SobolNumbers | null): Uint32Array {
  const [polynomial, first] = numbers ?? [1, []];
  const degree = 31 - Math.clz32(polynomial);
  const directions = new Uint32Array(bits);
  for (let at = 0; at < bits; at++) {
    if (numbers === null) directions[at] = 2 ** (bits - 1 - at);
    else if (at < degree) directions[at] = (first[at] as number) << (bits - 1 - at);
    else {
      const before = directions[at - degree] as number;
      let next = before ^ (before >>> degree);
      for (let k = 1; k < degree; k++) {
        if ((polynomial >>> (degree - k)) & 1) next ^= directions[at - k] as number;
      }
      directions[at] = next;
    }
  }
  return directions;
}
