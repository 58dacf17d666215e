import {
  add,
  affine,
  concat,
  gram,
  matmul,
  type Node,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";

/** What rows x̃ multiply to: x̃ = (x, 1) with a last column of ones that is never stored. */
export interface RowProducts {
  /** X̃v [n, m] of v [d, m]. */
  forward(v: Node): Node;
  /** X̃'y [d, m] of y [n, m]. */
  back(y: Node): Node;
  /** X̃X̃' [n, n]. */
  kernel(): Node;
  /** |x̃_s|² [n]. */
  norms(): Node;
  /** Σ_s y_s x̃_s² [d, m] of y [n, m]. */
  squares(y: Node): Node;
}

/** The products of x [n, d − 1] with `bias`, else [n, d]. */
export function rowProducts(x: Node, bias: boolean): RowProducts {
  const backFrom = (rows: Node, y: Node) => {
    const product = matmul(rows, y, { transposeA: true });
    return bias ? concat([product, sum(y, { axis: 0, keepDims: true })], 0) : product;
  };
  const orOne = (value: Node) => (bias ? add(value, 1) : value);
  return {
    forward: (v) => (bias ? affine(x, v) : matmul(x, v)),
    back: (y) => backFrom(x, y),
    kernel: () => orOne(gram(transpose(x))),
    norms: () => orOne(sum(square(x), { axis: 1 })),
    squares: (y) => backFrom(square(x), y),
  };
}
