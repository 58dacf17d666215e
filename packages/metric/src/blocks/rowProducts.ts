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

/** Products with rows x̃, which are x [n, d], or (x, 1) with x [n, d − 1]. */
export interface RowProducts {
  /** X̃v [n, m] for v [d, m]. */
  forward(v: Node): Node;
  /** X̃'y [d, m] for y [n, m]. */
  back(y: Node): Node;
  /** X̃X̃' [n, n]. */
  kernel(): Node;
  /** ‖x̃‖² of every row, [n]. */
  squares(): Node;
}

/** The products of rows x, with a last column of ones that is never stored where `bias` says so. */
export function rowProducts(x: Node, bias: boolean): RowProducts {
  return {
    forward: (v) => (bias ? affine(x, v) : matmul(x, v)),
    back: (y) => {
      const product = matmul(x, y, { transposeA: true });
      return bias ? concat([product, sum(y, { axis: 0, keepDims: true })], 0) : product;
    },
    kernel: () => {
      const inner = gram(transpose(x));
      return bias ? add(inner, 1) : inner;
    },
    squares: () => {
      const norms = sum(square(x), { axis: 1 });
      return bias ? add(norms, 1) : norms;
    },
  };
}
