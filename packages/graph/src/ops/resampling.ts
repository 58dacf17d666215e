import { type Tensor, tensor } from "@metrigrad/tensor";

/** How one axis is resampled. */
export interface Resampling {
  /** The old size. */
  readonly n: number;
  /** The new size. */
  readonly size: number;
  /** How many new places there are for an old one; null for size/n. */
  readonly scale: number | null;
  /** How neighbours are weighed. */
  readonly kernel: "nearest" | "linear" | "cubic";
  /** Whether the first and last elements keep their places. */
  readonly alignCorners: boolean;
}

/** Keys' coefficient, with PyTorch's value (Keys 1981). */
const a = -0.75;

/** Returns Keys' weight of an element at a distance. */
function cubic(distance: number): number {
  const t = Math.abs(distance);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/** Returns the position on the old axis of a place of the new axis. */
function sourceOf({ n, size, scale }: Resampling, place: number): number {
  return scale === null ? (place * n) / size : place / scale;
}

/** Returns, for each new element, the old element that it copies. */
export function nearestPositions(how: Resampling): number[] {
  const at = (i: number) => Math.min(how.n - 1, Math.floor(sourceOf(how, i)));
  return Array.from({ length: how.size }, (_, i) => at(i));
}

/**
 * Returns the weights [size, n] of the old elements in each new element. Elements beyond the border
 * are equal to the border element.
 */
export function resampling(how: Resampling): Tensor {
  const { n, size, kernel, alignCorners } = how;
  const weights = new Float64Array(size * n);
  const corners = size === 1 ? 0 : (n - 1) / (size - 1);
  for (let i = 0; i < size; i++) {
    const add = (at: number, weight: number) => {
      const place = i * n + Math.min(n - 1, Math.max(0, at));
      weights[place] = (weights[place] as number) + weight;
    };
    const from = alignCorners ? i * corners : sourceOf(how, i + 0.5) - 0.5;
    if (kernel === "linear") {
      const at = Math.max(0, from);
      const below = Math.floor(at);
      add(below, 1 - (at - below));
      add(below + 1, at - below);
    } else {
      const below = Math.floor(from);
      for (let k = -1; k <= 2; k++) add(below + k, cubic(from - below - k));
    }
  }
  return tensor(weights, { shape: [size, n] });
}
