import type { Variable } from "@metrigrad/graph";
import { type Store, type Tensor, tensor } from "@metrigrad/tensor";

/** Some parameters of a store one after the other, each row-major: where a metric is checked. */
export interface Point {
  /** Number of elements. */
  readonly size: number;
  /** What each element is: "w[0, 1]". */
  readonly names: readonly string[];
  /** What f gives with the parameters moved by δ, which are put back. */
  at<T>(delta: Float64Array | null, f: () => Promise<T>): Promise<T>;
  /** ∂f/∂(step along each direction), with an error of fourth order in the step. */
  slopes(
    directions: readonly Float64Array[],
    f: () => Promise<Float64Array>,
  ): Promise<Float64Array[]>;
}

/** The present values of some parameters. */
export async function pointOf(
  store: Store,
  parameters: readonly Variable[],
  nameOf: (parameter: Variable) => string,
): Promise<Point> {
  const homes: [parameter: Variable, value: Tensor][] = [];
  for (const parameter of parameters) homes.push([parameter, await store.read(parameter.attrs)]);
  const start = Float64Array.from(homes.flatMap(([, value]) => [...value.data()]));
  const at: Point["at"] = async (delta, f) => {
    if (delta === null) return f();
    let begin = 0;
    for (const [{ attrs }, { shape, size }] of homes) {
      const first = begin;
      const moved = Float64Array.from(
        { length: size },
        (_, i) => (start[first + i] as number) + (delta[first + i] as number),
      );
      await store.write(attrs, tensor(moved, { shape }));
      begin += size;
    }
    const found = await f();
    for (const [{ attrs }, home] of homes) await store.write(attrs, home);
    return found;
  };
  return {
    size: start.length,
    names: homes.flatMap(([parameter, value]) => elementNames(nameOf(parameter), value.shape)),
    at,
    slopes: async (directions, f) => {
      const found: Float64Array[] = [];
      for (const direction of directions) {
        const step = stepAlong(direction, start);
        const moved = (steps: number) =>
          at(
            direction.map((value) => steps * step * value),
            f,
          );
        found.push(
          fourthOrder([await moved(-2), await moved(-1), await moved(1), await moved(2)], step),
        );
      }
      return found;
    },
  };
}

/** Unit vectors of all elements. */
export function axesOf(size: number): Float64Array[] {
  return Array.from({ length: size }, (_, k) =>
    Float64Array.from({ length: size }, (_, j) => Number(j === k)),
  );
}

/** About 1e-3, relative to elements above 1. */
function stepAlong(direction: Float64Array, start: Float64Array): number {
  const most = start.reduce(
    (largest, value, k) => (direction[k] === 0 ? largest : Math.max(largest, Math.abs(value))),
    1,
  );
  return 1e-3 * most;
}

/** The central difference (8(f₁ − f₋₁) − (f₂ − f₋₂))/(12h), with an error of order h⁴. */
function fourthOrder(values: readonly Float64Array[], step: number): Float64Array {
  const [a, b, c, d] = values as [Float64Array, Float64Array, Float64Array, Float64Array];
  const value = (i: number) =>
    8 * ((c[i] as number) - (b[i] as number)) - ((d[i] as number) - (a[i] as number));
  return a.map((_, i) => value(i) / (12 * step));
}

function elementNames(name: string, shape: readonly number[]): string[] {
  const indices = shape.reduce<number[][]>(
    (all, size) =>
      all.flatMap((head) => Array.from({ length: size }, (_, index) => [...head, index])),
    [[]],
  );
  return indices.map((index) => (index.length === 0 ? name : `${name}[${index.join(", ")}]`));
}
