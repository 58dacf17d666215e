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

/** The products of rows x̃ = (x, 1). The last column of ones is never stored. */
export interface RowProducts {
  /** Returns X̃v [n, m] for v [d, m]. */
  forward(v: Node): Node;
  /** Returns X̃'y [d, m] for y [n, m]. */
  back(y: Node): Node;
  /** Returns X̃X̃' [n, n]. */
  kernel(): Node;
  /** Returns |x̃_s|² [n]. */
  norms(): Node;
  /** Returns Σ_s y_s x̃_s² [d, m] for y [n, m]. */
  squares(y: Node): Node;
}

/** Makes the products of rows x: [n, d − 1] with `bias`, else [n, d]. */
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
