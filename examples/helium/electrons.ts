import {
  add,
  div,
  mul,
  type Node,
  neg,
  reciprocal,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  type Tensor,
  tensor,
  uniformStream,
} from "metrigrad";

/** Two electrons in a cube around the nucleus, [n, 6], in bohr. */
export function pairs(n: number, seed: number): Tensor {
  const stream = uniformStream({ seed, path: "helium/start" });
  const values = Float64Array.from({ length: 6 * n }, (_, i) => 2 * stream.uniform(i) - 1);
  return tensor(values, { shape: [n, 6] });
}

/** Distances [n, 1]: of each electron from the nucleus, and between the two. */
export function distances(x: Node): { readonly r: readonly [Node, Node]; readonly between: Node } {
  const one = slice(x, [null, [0, 3]]);
  const two = slice(x, [null, [3, 6]]);
  return { r: [length(one), length(two)], between: length(sub(one, two)) };
}

function length(v: Node): Node {
  return sqrt(sum(square(v), { axis: 1, keepDims: true }));
}

/** r²/(1 + r²): bounded, and flat at r = 0, so that it leaves cusps as they are. */
export function bounded(r: Node): Node {
  const squared = mul(r, r);
  return mul(squared, reciprocal(add(squared, 1)));
}

/** −(2r + ar²)/(1 + r) of a distance from the nucleus: slope −2 at r = 0, −a far away. */
export function nearNucleus(r: Node, a: Node): Node {
  return neg(div(mul(r, add(mul(a, r), 2)), add(r, 1)));
}

/** ½r/(1 + br) of the distance between electrons: slope ½ at r = 0. */
export function nearEach(r: Node, b: Node): Node {
  return div(mul(0.5, r), add(mul(b, r), 1));
}

/** 1/r₁₂ − 2/r₁ − 2/r₂ in hartree, [n]. */
export function potential(x: Node): Node {
  const { r, between } = distances(x);
  const nucleus = mul(2, add(reciprocal(r[0]), reciprocal(r[1])));
  return squeeze(sub(reciprocal(between), nucleus), 1);
}

/** Mean of the last fifth of a series, and its standard error by the means of ten blocks. */
export function meanOfLast(values: readonly number[]): { mean: number; error: number } {
  const size = Math.max(1, Math.floor(values.length / 50));
  const last = values.slice(-10 * size);
  const average = (all: readonly number[]) => all.reduce((a, b) => a + b, 0) / all.length;
  const blocks = Array.from({ length: 10 }, (_, k) =>
    average(last.slice(k * size, (k + 1) * size)),
  );
  const mean = average(blocks);
  return { mean, error: Math.sqrt(average(blocks.map((one) => (one - mean) ** 2)) / 9) };
}
