import { fft, ifft, irfft, rfft, stack } from "../../ops/index.ts";
import type { OpCase, OpRow } from "../case.ts";
import { filled, spread } from "./values.ts";

const both = ({ re, im }: ReturnType<typeof fft>) => stack([re, im]);

/** Computes Σⱼ (re + i·im)ⱼ e^(∓2πijk/n) of rows by its definition, as [2, rows, n]. */
function transformed(inputs: readonly ReturnType<typeof spread>[], sign: 1 | -1) {
  const [re, im] = inputs;
  const [rows = 0, n = 0] = re?.shape ?? [];
  return filled([2, rows, n], ([part = 0, row = 0, k = 0]) => {
    let total = 0;
    for (let j = 0; j < n; j++) {
      const angle = (2 * Math.PI * ((j * k) % n)) / n;
      const [x, y] = [re?.get(row, j) ?? 0, im?.get(row, j) ?? 0];
      const [c, s] = [Math.cos(angle), sign * Math.sin(angle)];
      total += part === 0 ? x * c + y * s : y * c - x * s;
    }
    return sign === 1 ? total : total / n;
  });
}

function sums(name: string, count: 1 | 2, n: number, sign: 1 | -1 = 1): OpCase {
  const inputs = Array.from({ length: count }, (_, i) => spread([2, n], -1, 1, i + 1));
  return { name, inputs, value: transformed(inputs, sign), order: n > 60 ? 1 : 2, batch: n < 60 };
}

/** Rows of Fourier transforms. Real and imaginary part are stacked. */
export const fourierRows: readonly OpRow[] = [
  {
    op: "fft",
    f: (x) => both(fft(x)),
    cases: [
      sums("real", 1, 5),
      sums("of two factors", 1, 66),
      { name: "one element", inputs: [[[3]]], value: [[[3]], [[0]]] },
    ],
  },
  {
    op: "fft",
    f: (re, im) => both(fft({ re, im })),
    cases: [
      {
        name: "four points",
        inputs: [
          [1, 2, 3, 4],
          [0, 0, 0, 0],
        ],
        value: [
          [10, -2, -2, -2],
          [0, 2, 0, -2],
        ],
      },
      sums("complex", 2, 6),
      sums("of a large prime", 2, 67),
    ],
  },
  {
    op: "fft",
    f: (x) => both(fft(x, { axis: 0, norm: "ortho" })),
    cases: [
      {
        name: "along the first axis, a unitary matrix",
        inputs: [
          [
            [1, 5],
            [3, 4],
          ],
        ],
        value: [
          [
            [4 / Math.SQRT2, 9 / Math.SQRT2],
            [-2 / Math.SQRT2, 1 / Math.SQRT2],
          ],
          [
            [0, 0],
            [0, 0],
          ],
        ],
      },
    ],
  },
  {
    op: "ifft",
    f: (re, im) => both(ifft({ re, im })),
    cases: [sums("complex", 2, 6, -1)],
  },
  {
    op: "ifft",
    f: (x) => both(ifft(x, { norm: "forward" })),
    cases: [
      {
        name: "real, without a factor",
        inputs: [[1, 2]],
        value: [
          [3, -1],
          [0, 0],
        ],
      },
    ],
  },
  {
    op: "rfft",
    f: (x) => both(rfft(x)),
    cases: [
      {
        name: "an even number",
        inputs: [[1, 2, 3, 4]],
        value: [
          [10, -2, -2],
          [0, 2, 0],
        ],
      },
      {
        name: "an odd number",
        inputs: [[1, 2, 6]],
        value: [
          [9, -3],
          [0, 2 * Math.sqrt(3)],
        ],
      },
    ],
  },
  {
    op: "irfft",
    f: (re, im) => irfft({ re, im }),
    cases: [
      {
        name: "an even number; two imaginary parts are not read",
        inputs: [
          [10, -2, -2],
          [7, 2, 5],
        ],
        value: [1, 2, 3, 4],
      },
    ],
  },
  {
    op: "irfft",
    f: (re, im) => irfft({ re, im }, { n: 3 }),
    cases: [
      {
        name: "an odd number",
        inputs: [
          [9, -3],
          [0, 2 * Math.sqrt(3)],
        ],
        value: [1, 2, 6],
      },
    ],
  },
];
