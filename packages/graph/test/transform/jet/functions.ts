/** Points, and functions of them that use ops of all kinds. */
import { tensor } from "@metrigrad/tensor";
import type { Node } from "../../../src/index.ts";
import * as ops from "../../../src/ops/index.ts";
import { coordinate, values } from "./nested.ts";

const n = 4;

/** Points [4, 3]. */
export const points: Node = values([n, 3], 20);

const { add, affine, div, exp, matmul, mul, neg, reshape, slice, square, sub, sum } = ops;

const column = (x: Node, axis: number) => slice(x, [null, [axis, axis + 1]]);
const hidden = (x: Node) => affine(x, values([4, 5], 1));
const net = (f: (t: Node) => Node) => (x: Node) =>
  affine(f(affine(f(hidden(x)), values([6, 5], 2))), values([6, 2], 3));

export const functions: Readonly<Record<string, (x: Node) => Node>> = {
  "tanh net": net(ops.tanh),
  "sine net": net(ops.sin),
  "softplus net": net(ops.softplus),
  "sigmoid net": net(ops.sigmoid),
  "swish net": net(ops.silu),
  "gelu net": net(ops.gelu),
  "net of bumps": net((t) => exp(neg(square(t)))),
  "net of rescaled points, one value": (x) =>
    coordinate(net(ops.tanh)(mul(sub(x, 0.3), constantRow([2, 0.5, 1]))), 0),
  "products and quotients": (x) => mul(net(ops.tanh)(x), div(column(x, 0), add(2, column(x, 1)))),
  "product of matrices that both vary": (x) => {
    const rows = reshape(hidden(x), [n, 5, 1]);
    return matmul(rows, ops.sin(rows), { transposeB: true });
  },
  attention: (x) => {
    const tokens = reshape(affine(ops.tanh(hidden(x)), values([6, 8], 4)), [n, 4, 2]);
    const scores = ops.softmax(matmul(tokens, tokens, { transposeB: true }));
    return sum(matmul(scores, tokens), { axis: 1 });
  },
  einsum: (x) => {
    const pairs = ops.einsum("ni,nj->nij", x, exp(x));
    return ops.einsum("nij,ijk->nk", pairs, values([3, 3, 2], 5));
  },
  convolution: (x) => {
    const images = reshape(affine(x, values([4, 16], 6)), [n, 1, 4, 4]);
    const maps = ops.tanh(ops.conv2d(images, values([2, 1, 3, 3], 7), { padding: 1 }));
    return ops.avgPool2d(maps, 2);
  },
  patches: (x) => {
    const images = reshape(affine(x, values([4, 9], 6)), [n, 1, 3, 3]);
    const rows = ops.affinePatches(images, values([5, 2], 8), { kernel: [2, 2] });
    return reshape(ops.sin(rows), [n, 4, 2]);
  },
  "layer norm": (x) => {
    const h = hidden(x);
    const centred = sub(h, ops.mean(h, { axis: 1, keepDims: true }));
    return div(centred, ops.sqrt(add(ops.variance(h, { axis: 1, keepDims: true }), 0.1)));
  },
  norm: (x) => ops.norm(hidden(x), { axis: 1 }),
  "choices and extremes": (x) => {
    const h = hidden(x);
    const piece = ops.where(ops.less(h, 0), mul(h, h), exp(h));
    const most = ops.maximum(coordinate(x, 0), mul(coordinate(x, 1), coordinate(x, 2)));
    return add(ops.max(piece, { axis: 1 }), most);
  },
  "gathers and scatters": (x) => {
    const places = ops.constant(tensor(Int32Array.of(0, 3, 3)));
    const found = ops.gather(ops.tanh(hidden(x)), places, { axis: 1 });
    return mul(found, slice(ops.scatterAdd(places, mul(x, x), 4, { axis: 1 }), [null, [1, 4]]));
  },
  "order and running values": (x) =>
    ops.cumsum(ops.cumprod(ops.sort(exp(hidden(x)), { axis: 1 }), { axis: 1 }), { axis: 1 }),
  "parts side by side": (x) => {
    const parts = ops.concat([x, values([n, 2], 9), ops.sin(x)], 1);
    return ops.pad(
      mul(parts, parts),
      [
        [0, 0],
        [1, 0],
      ],
      { value: 3 },
    );
  },
  "weights that vary": (x) => {
    const w = ops.tanh(affine(x, values([4, 8], 10)));
    const each = ops.scan(
      (_carry, [row, weights]) => ({
        carry: {},
        y: reshape(affine(reshape(row, [1, 3]), reshape(weights, [4, 2])), [2]),
      }),
      {},
      [x, w],
    );
    return each.ys;
  },
  determinants: (x) =>
    ops.slogdet(add(reshape(affine(ops.sin(x), values([4, 9], 11)), [n, 3, 3]), mul(2, ops.eye(3))))
      .logAbsDet,
  "factors of matrices": (x) => {
    const a = reshape(affine(x, values([4, 4], 12)), [n, 2, 2]);
    const spd = add(ops.gram(a), ops.eye(2));
    return ops.cholesky(spd);
  },
  loop: (x) =>
    ops.scan((h) => ({ carry: ops.tanh(add(matmul(h, values([3, 3], 13)), x)), y: {} }), x, null, {
      turns: 3,
    }).carry,
};

function constantRow(list: readonly number[]): Node {
  return ops.constant(tensor(Float64Array.from(list), { shape: [list.length] }));
}
