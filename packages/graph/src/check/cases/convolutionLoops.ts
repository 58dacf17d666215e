import type { Tensor } from "@metrigrad/tensor";
import { at, filled } from "./values.ts";

/** The numbers of a convolution. They are the same for each of its axes. */
export interface Numbers {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** Returns all indices of a shape. */
export function* indices(shape: readonly number[]): Generator<readonly number[]> {
  const [n, ...rest] = shape;
  if (n === undefined) yield [];
  else for (let i = 0; i < n; i++) for (const inner of indices(rest)) yield [i, ...inner];
}

/** Computes a convolution by its definition, place by place. Places outside of x count as 0. */
export function convolved(x: Tensor, w: Tensor, bias: Tensor | null, numbers: Numbers): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = numbers;
  const [n = 0, , ...size] = x.shape;
  const [outputs = 0, own = 0, ...kernel] = w.shape;
  const places = size.map(
    (length, i) =>
      Math.floor((length + 2 * padding - dilation * ((kernel[i] as number) - 1) - 1) / stride) + 1,
  );
  return filled([n, outputs, ...places], ([sample = 0, o = 0, ...place]) => {
    const group = Math.floor(o / (outputs / groups));
    let total = bias === null ? 0 : at(bias, [o]);
    for (let c = 0; c < own; c++) {
      for (const tap of indices(kernel)) {
        const from = tap.map((k, i) => (place[i] as number) * stride + k * dilation - padding);
        if (from.some((p, i) => p < 0 || p >= (size[i] as number))) continue;
        total += at(x, [sample, group * own + c, ...from]) * at(w, [o, c, ...tap]);
      }
    }
    return total;
  });
}

/**
 * Computes a transposed convolution by its definition: each element of x, multiplied by the kernel,
 * is added at its places.
 */
export function spreadOut(x: Tensor, w: Tensor, numbers: Numbers & { extra?: number }): Tensor {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, extra = 0 } = numbers;
  const [n = 0, inputs = 0, ...size] = x.shape;
  const [, own = 0, ...kernel] = w.shape;
  const places = size.map(
    (length, i) =>
      (length - 1) * stride - 2 * padding + dilation * ((kernel[i] as number) - 1) + extra + 1,
  );
  const sums = new Map<string, number>();
  for (const [sample = 0, c = 0, ...from] of indices(x.shape)) {
    const group = Math.floor(c / (inputs / groups));
    for (const [o = 0, ...tap] of indices(w.shape.slice(1))) {
      const to = from.map((p, i) => p * stride + (tap[i] as number) * dilation - padding);
      const key = [sample, group * own + o, ...to].join();
      const term = at(x, [sample, c, ...from]) * at(w, [c, o, ...tap]);
      sums.set(key, (sums.get(key) ?? 0) + term);
    }
  }
  return filled([n, own * groups, ...places], (index) => sums.get(index.join()) ?? 0);
}
