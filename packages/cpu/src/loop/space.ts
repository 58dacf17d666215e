/** The sizes of loops, outermost first, and for each stream its strides in bytes. */
export interface Space {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Returns the space with the given axes only, in the given order. */
export function pickAxes(space: Space, axes: readonly number[]): Space {
  return {
    sizes: axes.map((axis) => space.sizes[axis] as number),
    strides: space.strides.map((strides) => axes.map((axis) => strides[axis] as number)),
  };
}

/** Returns the loops of one space around those of another, for the same streams. */
export function joinSpaces(outer: Space, inner: Space): Space {
  return {
    sizes: [...outer.sizes, ...inner.sizes],
    strides: outer.strides.map((strides, i) => [...strides, ...(inner.strides[i] ?? [])]),
  };
}

/**
 * Returns the same iterations in fewer loops.
 *
 * Axes of size 1 are dropped. Axes are ordered by the strides of the streams, and the first stream counts most.
 * Neighbours that every stream crosses evenly become one.
 */
export function collapse(space: Space): Space {
  const axes = space.sizes.map((_, axis) => axis).filter((axis) => space.sizes[axis] !== 1);
  const byStrides = (a: number, b: number) => {
    for (const strides of space.strides) {
      const difference = Math.abs(strides[b] as number) - Math.abs(strides[a] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const ordered = pickAxes(space, axes.sort(byStrides));
  const sizes: number[] = [];
  const strides: number[][] = ordered.strides.map(() => []);
  ordered.sizes.forEach((size, axis) => {
    const even = ordered.strides.every(
      (own, i) => strides[i]?.at(-1) === (own[axis] as number) * size,
    );
    if (sizes.length > 0 && even) {
      sizes[sizes.length - 1] = (sizes.at(-1) as number) * size;
      ordered.strides.forEach((own, i) => {
        (strides[i] as number[]).splice(-1, 1, own[axis] as number);
      });
    } else {
      sizes.push(size);
      ordered.strides.forEach((own, i) => {
        (strides[i] as number[]).push(own[axis] as number);
      });
    }
  });
  return { sizes, strides };
}

/** Returns the estimated number of instructions per element if `axis` is the loop over vectors of so many lanes. */
export function vectorCost(
  space: Space,
  axis: number,
  units: readonly number[],
  body: number,
  lanes: number,
): number {
  const size = space.sizes[axis] as number;
  let vector = body + 2;
  let element = body + 2;
  let far = 0;
  space.strides.forEach((strides, i) => {
    const stride = strides[axis] as number;
    if (stride === 0) return;
    vector += stride === units[i] ? 1 : 2 * lanes;
    element += 1;
    far += reach(Math.abs(stride));
  });
  const loads = Math.floor(size / lanes) * vector + (size % lanes) * element;
  return (loads + 6) / size + far;
}

/**
 * Returns the cost of a next element that is so many bytes away: its share of a cache line, and of a page of its own.
 */
function reach(bytes: number): number {
  return 2 * Math.min(1, bytes / 64) + (bytes >= 4096 ? 4 : 0);
}

/** Returns the space with the axis that is cheapest to vectorise moved to the end. */
export function vectoriseBest(
  space: Space,
  units: readonly number[],
  body: number,
  lanes: number,
): Space {
  const axes = space.sizes.map((_, axis) => axis);
  if (axes.length === 0) return space;
  const cost = (axis: number) => vectorCost(space, axis, units, body, lanes);
  const best = axes.reduce((a, b) => (cost(b) <= cost(a) ? b : a));
  return pickAxes(space, [...axes.filter((axis) => axis !== best), best]);
}
