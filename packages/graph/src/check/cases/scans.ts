import { tensor } from "@metrigrad/tensor";
import {
  add,
  affine,
  cast,
  concat,
  eigh,
  exp,
  expandDims,
  gather,
  matmul,
  mul,
  neg,
  reshape,
  scan,
  sub,
  sum,
  symmetrize,
  tanh,
  transpose,
} from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { at, filled, spread } from "./values.ts";

const xs = spread([3, 2, 2], -1, 1, 1);
const start = spread([2, 2], -1, 1, 2);
const weights = spread([5, 2], -1, 1, 3);

/** Sums everything: one value that depends on all results. */
const flat = (...nodes: Parameters<typeof reshape>[0][]) =>
  concat(
    nodes.map((node) => reshape(node, [-1])),
    0,
  );

/** Computes running sums along the first axis by a loop. */
const sums = filled([3, 2, 2], ([t = 0, i = 0, j = 0]) => {
  let total = 0;
  for (let k = 0; k <= t; k++) total += at(xs, [k, i, j]);
  return total;
});
const suffixes = filled([3, 2, 2], ([t = 0, i = 0, j = 0]) => {
  let total = 0;
  for (let k = 2; k >= t; k--) total += at(xs, [k, i, j]);
  return total;
});

/** Rows of scans: one loop in a plan, whose derivatives are loops. */
export const scanRows: readonly OpRow[] = [
  {
    op: "scan",
    f: (x) =>
      scan(
        (total, one) => ({ carry: add(total, one), y: add(total, one) }),
        mul(0, sum(x, { axis: 0 })),
        x,
      ).ys,
    cases: [{ name: "running sums", inputs: [xs], value: sums }],
  },
  {
    op: "scan",
    f: (x) =>
      scan(
        (total, one) => ({ carry: add(total, one), y: add(total, one) }),
        mul(0, sum(x, { axis: 0 })),
        x,
        {
          reverse: true,
        },
      ).ys,
    cases: [{ name: "from the end", inputs: [xs], value: suffixes }],
  },
  {
    op: "scan",
    f: (x, h, w) => {
      const cell = (carry: typeof h, one: typeof h) => {
        const next = tanh(affine(concat([one, carry], 1), w));
        return { carry: next, y: mul(next, one) };
      };
      const { carry, ys } = scan(cell, h, x);
      return flat(carry, ys);
    },
    cases: [
      { name: "a recurrent layer", inputs: [xs, start, weights] },
      { name: "one turn", inputs: [spread([1, 2, 2], -1, 1, 4), start, weights] },
    ],
  },
  {
    // Both carries are read before one is replaced. The values before and after a turn are kept.
    op: "scan",
    f: (a, b) => {
      const { carry, ys } = scan(
        ({ p, q }, _, turn) => ({
          carry: { p: q, q: add(mul(p, q), cast(turn, "float")) },
          y: [p, q],
        }),
        { p: a, q: b },
        null,
        { turns: 4 },
      );
      return flat(carry.p, carry.q, ys[0] as typeof a, ys[1] as typeof a);
    },
    cases: [
      {
        name: "carries that change places, and the number of the turn",
        inputs: [[2], [3]],
        // (2, 3) (3, 6) (6, 19) (19, 116) (116, 2207)
        value: [116, 2207, 2, 3, 6, 19, 3, 6, 19, 116],
      },
    ],
  },
  {
    op: "scan",
    f: (x, w, c) => {
      const outer = scan(
        (carry, row) => {
          const inner = scan(
            (h, one) => {
              const next = tanh(add(matmul(h, w), mul(one, c)));
              return { carry: next, y: sum(next) };
            },
            carry,
            row,
          );
          return { carry: add(inner.carry, mul(0.5, carry)), y: inner.ys };
        },
        matmul(c, w),
        x,
      );
      return flat(outer.carry, outer.ys);
    },
    cases: [
      {
        name: "a scan in a scan",
        inputs: [spread([2, 3, 1], -1, 1, 5), spread([2, 2], -1, 1, 6), spread([1, 2], -1, 1, 7)],
      },
    ],
  },
  {
    // This row has weights that are used in other ways too, rows by index, and sequences whose
    // memory is not in order.
    op: "scan",
    f: (x, w) => {
      const turned = transpose(x, [1, 0, 2]);
      const { carry, ys } = scan(
        (h, one, turn) => {
          const row = gather(w, turn);
          const next = tanh(add(matmul(h, w), mul(row, one)));
          return { carry: next, y: sub(next, mul(h, sum(w))) };
        },
        mul(0.1, sum(turned, { axis: 0 })),
        turned,
      );
      return flat(carry, ys);
    },
    cases: [
      {
        name: "a matrix in a product and elsewhere",
        inputs: [spread([3, 2, 2], -1, 1, 8), spread([2, 2], -1, 1, 9)],
      },
    ],
  },
  {
    op: "scan",
    f: (x) =>
      scan(
        (count, one) => ({ carry: add(count, 1), y: mul(exp(neg(one)), cast(count, "float")) }),
        cast(mul(0, sum(x)), "i32"),
        x,
      ).ys,
    cases: [
      {
        name: "an integer carry",
        inputs: [tensor([0, 0, 0])],
        value: [0, 1, 2],
        batch: false,
      },
    ],
  },
  {
    // The eigenvalues are a further output of the step that computes the vectors. The pullback
    // needs both.
    op: "scan",
    f: (x, c) =>
      scan(
        (h, one) => {
          const { values, vectors } = eigh(symmetrize(add(one, mul(h, h))));
          const scaled = mul(vectors, expandDims(tanh(values), -2));
          const next = matmul(matmul(scaled, vectors, { transposeB: true }), h);
          return { carry: next, y: values };
        },
        c,
        x,
      ).carry,
    cases: [
      {
        name: "eigenvalues and eigenvectors",
        inputs: [spread([2, 2, 2], -1, 1, 10), spread([2, 1], -1, 1, 11)],
        tolerance: 1e-4,
      },
    ],
  },
];
