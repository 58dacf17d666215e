import { type SobolNumbers, sobolNumbers } from "./sobolNumbers.ts";

/** The number of bits of a coordinate. */
const bits = 32;

/** The largest number of coordinates that have direction numbers. */
export const mostSobolAxes = sobolNumbers.length + 1;

/**
 * Returns the first n points of the Sobol sequence in the unit cube, [n, d], row after row. The origin is first, and
 * the order is that of the Gray code (Antonov and Saleev 1979): x_{i+1} = x_i ⊕ V_c, where c is the place of the
 * lowest zero bit of i.
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

/**
 * Returns V_1 … V_32 by the recurrence of the polynomial. With null they are those of the first coordinate, where all
 * m are 1.
 */
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
