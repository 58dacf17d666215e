import { arange, linspace, meshgrid, mul, square, stack } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { i32 } from "./values.ts";

/** Rows of evenly spaced numbers and of coordinates. */
export const gridRows: readonly OpRow[] = [
  {
    op: "arange",
    f: () => arange(5, 0, { step: -2 }),
    cases: [{ name: "integers downwards", inputs: [], value: i32([5, 3, 1]) }],
  },
  {
    op: "arange",
    f: () => arange(0, 1, { step: 0.25 }),
    cases: [{ name: "fractions", inputs: [], value: [0, 0.25, 0.5, 0.75], type: "float" }],
  },
  {
    op: "arange",
    f: () => arange(2, 2, { type: "float" }),
    cases: [{ name: "nothing", inputs: [], shape: [0], type: "float" }],
  },
  {
    op: "linspace",
    f: () => linspace(1, 2, 5),
    cases: [{ name: "five", inputs: [], value: [1, 1.25, 1.5, 1.75, 2], type: "float" }],
  },
  {
    op: "linspace",
    f: () => linspace(3, 4, 1),
    cases: [{ name: "one", inputs: [], value: [3] }],
  },
  {
    op: "meshgrid",
    f: (x, y) => stack(meshgrid([square(x), y])),
    cases: [
      {
        name: "rows and columns",
        inputs: [
          [1, 2],
          [3, 4, 5],
        ],
        value: [
          [
            [1, 1, 1],
            [4, 4, 4],
          ],
          [
            [3, 4, 5],
            [3, 4, 5],
          ],
        ],
      },
    ],
  },
  {
    op: "meshgrid",
    f: (x, y) => {
      const [a, b] = meshgrid([x, y], { indexing: "xy" }) as [typeof x, typeof x];
      return mul(a, b);
    },
    cases: [
      {
        name: "columns and rows",
        inputs: [
          [1, 2],
          [3, 4, 5],
        ],
        value: [
          [3, 6],
          [4, 8],
          [5, 10],
        ],
      },
    ],
  },
];
