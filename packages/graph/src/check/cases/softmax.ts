import { logSoftmax, logSumExp, softmax } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { outer, rows, slabs, total } from "./slabs.ts";
import { filled } from "./values.ts";

const inf = Number.POSITIVE_INFINITY;
const logTotal = (list: readonly number[]) => Math.log(total(list.map(Math.exp)));

/** Rows of logarithms of sums of exponentials, and of ops that normalize by them. */
export const softmaxRows: readonly OpRow[] = [
  { op: "logSumExp", f: (x) => logSumExp(x, outer), cases: [slabs(logTotal)] },
  {
    op: "logSumExp",
    f: (x) => logSumExp(x, { axis: 1, keepDims: true }),
    cases: [
      {
        name: "far out",
        inputs: [
          [
            [1000, 1000],
            [-1000, -inf],
            [-inf, -inf],
            [inf, 0],
          ],
        ],
        value: [[1000 + Math.LN2], [-1000], [-inf], [inf]],
        order: 0,
        batch: false,
      },
      {
        name: "no weight at all",
        inputs: [
          [
            [-inf, -inf],
            [0, -inf],
          ],
        ],
        value: [[-inf], [0]],
        gradients: [
          [
            [0, 0],
            [1, 0],
          ],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "softmax",
    f: (x) => softmax(x),
    cases: [
      {
        name: "rows",
        inputs: [rows],
        value: filled([2, 3], ([i = 0, j = 0]) => {
          const row = rows[i] as number[];
          return Math.exp((row[j] as number) - logTotal(row));
        }),
      },
      {
        name: "masked",
        inputs: [
          [
            [1000, -inf],
            [-inf, -inf],
          ],
        ],
        value: [
          [1, 0],
          [0, 0],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
  {
    op: "softmax",
    f: (x) => softmax(x, { axis: 0 }),
    cases: [
      {
        name: "columns",
        inputs: [
          [
            [0, 1],
            [0, 1],
          ],
        ],
        value: [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
      },
    ],
  },
  {
    op: "logSoftmax",
    f: (x) => logSoftmax(x),
    cases: [
      {
        name: "rows",
        inputs: [rows],
        value: filled([2, 3], ([i = 0, j = 0]) => {
          const row = rows[i] as number[];
          return (row[j] as number) - logTotal(row);
        }),
      },
      {
        name: "masked",
        inputs: [
          [
            [1000, 0],
            [-inf, 3],
            [-inf, -inf],
          ],
        ],
        value: [
          [0, -1000],
          [-inf, 0],
          [-inf, -inf],
        ],
        order: 0,
        batch: false,
      },
    ],
  },
];
