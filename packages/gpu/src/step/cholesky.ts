import { type CholeskyStep, sizeOf } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText } from "../wgsl/layout.ts";
import { bandRows, bands, columnFunction, lanes, panel } from "./choleskyColumn.ts";
import type { Lower } from "./lower.ts";
import { placeIn } from "./place.ts";
import { productDispatches } from "./product/product.ts";

const retries = 6;
const epsilon = 1e-7;

/** What all dispatches of a factorisation share. */
interface Parts {
  readonly kernel: Kernel;
  readonly a: Operand;
  readonly shift: Operand | null;
  readonly output: Operand;
  readonly used: Operand | null;
  /** The λ of each matrix. */
  readonly lambda: Operand;
  /**
   * Two words for each matrix: 1 if a pivot failed. Dispatches of columns write them in turn and read the other one, since a word must not be
   * read where another workgroup writes it.
   */
  readonly failed: Operand;
  /** What is left of the blocks of 32×32 on the diagonal: the factor is written where workgroups still read. */
  readonly blocks: Operand | null;
  /** The number of axes of a matrix, as a word of the uniform, so that all sizes share texts. */
  readonly d: string;
  /** Positions in the matrix and in its factor. */
  readonly inMatrix: (row: string, column: string) => string;
  readonly inFactor: (row: string, column: string) => string;
  /** Lines that set `aFrom` and `to` from `batch`. */
  readonly find: readonly string[];
}

/**
 * The number of columns after which their share is taken from all of the matrix that is left, as a product of many
 * workgroups. Within them, each 32 columns take the share of those before. 128 terms are one slice of a product.
 */
const outer = 128;
/** The largest matrix without such products: they cost a dispatch each, and save waits that are shorter up to here. */
const mostWithout = 256;

function partsOf(step: CholeskyStep, memory: Memory): Parts {
  const kernel = new Kernel(memory);
  const [count, d] = [sizeOf(step.a.shape.slice(0, -2)), step.a.shape.at(-1) as number];
  const parts = {
    a: kernel.read(step.a),
    shift: step.shift === null ? null : kernel.read(step.shift),
    output: kernel.write(step.output),
    used: step.used === null ? null : kernel.write(step.used),
    lambda: kernel.scratch("f32", count, 0),
    failed: kernel.scratch("u32", 2 * count, count),
    blocks: d > mostWithout ? kernel.scratch("f32", count * d * panel, 3 * count) : null,
  };
  kernel.when(step.when);
  const [inMatrix, inFactor] = [
    placeIn(kernel, step.a, "m", "aFrom"),
    placeIn(kernel, step.output, "m", "to"),
  ];
  const find = [
    ...coordinateLines("batch", step.a.shape.slice(0, -2), "m"),
    `let aFrom = ${inMatrix.matrix};`,
    `let to = ${inFactor.matrix};`,
  ];
  return {
    ...{ kernel, ...parts, find, d: kernel.param(d) },
    ...{ inMatrix: inMatrix.element, inFactor: inFactor.element },
  };
}

/**
 * Lowers a factorisation to blocks. One dispatch clears the part above the diagonal. Then one for each 32 columns
 * factorises them in all matrices, and after each 128 columns a product takes their share from the rest. The last ones
 * repeat matrices with a bad pivot with larger λ.
 */
export const cholesky: Lower<CholeskyStep> = (step, memory) => {
  const d = step.a.shape.at(-1) as number;
  if (sizeOf(step.a.shape) === 0) return [];
  const columns = Array.from({ length: Math.ceil(d / panel) }, (_, j) => panel * j);
  return [
    begin(step, memory),
    ...columns.flatMap((start) => {
      const next = start + panel;
      const own = column(step, memory, d, start);
      return d > mostWithout && next % outer === 0 && next < d
        ? [own, ...subtract(step, memory, d, next)]
        : [own];
    }),
    ...end(step, memory),
  ];
};

/** The place of a matrix's word `failed` for the columns of a turn, 0 or 1. */
const failedAt = (turn: string) => `(2u * batch + ${turn})`;

/** The turn of the 32 columns from `at` on. */
const turnOf = (at: number) => (at / panel) % 2;

/** Writes zeros above the diagonal, and the first λ. */
function begin(step: CholeskyStep, memory: Memory): Dispatch {
  const { kernel, shift, output, lambda, failed, find, d, inFactor } = partsOf(step, memory);
  const size = sizeOf(step.a.shape);
  const first = shift?.load(`(${positionText(step.shift?.strides ?? [], "m")})`) ?? "0.0";
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${kernel.param(size)}) { return; }`,
    `let batch = index / (${d} * ${d});`,
    ...find,
    `let row = (index / ${d}) % ${d};`,
    `let column = index % ${d};`,
    `if (column > row) { ${output.store(inFactor("row", "column"), "0.0")} }`,
    `if (row == 0u && column == 0u) { ${lambda.store("batch", first)}`,
    ...["0u", "1u"].map((turn) => failed.store(failedAt(turn), "0u")),
    "}",
  ];
  return kernel.build(body, Math.ceil(size / lanes), lanes, false);
}

function define({ kernel, d, a, output, blocks, inMatrix, inFactor }: Parts): void {
  kernel.define(
    [
      "fn restAt(at: u32, aFrom: u32, to: u32, first: u32, row: u32, column: u32) -> f32 {",
      `if (first == 0u) { return ${a.load(inMatrix("row", "column"))}; }`,
      ...(blocks === null
        ? []
        : [
            `if (at != 0xffffffffu) { return ${blocks.load(`(at + row * ${panel}u + column % ${panel}u)`)}; }`,
          ]),
      `return ${output.load(inFactor("row", "column"))};`,
      "}",
    ].join("\n"),
  );
  const rest = (at: string) => (row: string, column: string) =>
    `restAt(${at}, aFrom, to, first, ${row}, ${column})`;
  columnFunction(kernel, {
    d,
    rest: rest("0xffffffffu"),
    restOfBlock: rest(`batch * ${d} * ${panel}u`),
    known: (row, column) => output.load(inFactor(row, column)),
    store: (row, at, value) => output.store(inFactor(row, at), value),
  });
}

/** Takes the share of the 128 columns before `next` from all behind them. */
function subtract(
  step: CholeskyStep,
  memory: Memory,
  d: number,
  next: number,
): readonly Dispatch[] {
  const parts = partsOf(step, memory);
  const { kernel, output, blocks } = parts;
  const from = kernel.param(next);
  const known = (row: string, inner: string) =>
    output.load(parts.inFactor(`(${row} + ${from})`, `(${inner} + ${from} - ${outer}u)`));
  const at = [`(row + ${from})`, `(column + ${from})`] as const;
  const rest =
    next === outer ? parts.a.load(parts.inMatrix(...at)) : output.load(parts.inFactor(...at));
  const factor = {
    lines: parts.find,
    load: known,
    alongSum: Math.abs(step.output.strides.at(-1) ?? 0) === 1,
    quad: null,
  };
  const product = {
    step: step.kind,
    ...{ batches: sizeOf(step.a.shape.slice(0, -2)), m: d - next, n: d - next, k: outer },
    ...{ a: factor, b: { ...factor, lines: [] }, lower: true },
    finish: {
      lines: [
        "if (row >= column) {",
        `let rest = ${rest} - value;`,
        output.store(parts.inFactor(...at), "rest"),
        `if (row / ${panel}u == column / ${panel}u) { ${blocks?.store(`(batch * ${parts.d} * ${panel}u + ${at[0]} * ${panel}u + column % ${panel}u)`, "rest")} }`,
        "}",
      ],
      stores: [],
      quads: false,
    },
  };
  return productDispatches(kernel, product, step.when !== undefined);
}

/**
 * Factorises 32 columns of every matrix: a workgroup for each band of rows below, each with the block on the
 * diagonal.
 */
function column(step: CholeskyStep, memory: Memory, d: number, at: number): Dispatch {
  const parts = partsOf(step, memory);
  const { kernel, lambda, failed, find } = parts;
  define(parts);
  const [start, first] = [at, d > mostWithout ? at - (at % outer) : 0].map((x) => kernel.param(x));
  const count = bands(d, at);
  const perMatrix = kernel.param(count);
  const [own, before] = [turnOf(at), 1 - turnOf(at)].map((turn) => failedAt(kernel.param(turn)));
  // All bands find the same bad pivot, so the first one writes it down for the next columns.
  const fail = `if (band == 0u && lane == 0u) { ${failed.store(own as string, "1u")} }`;
  const body = [
    `let batch = group / ${perMatrix};`,
    `let band = group % ${perMatrix};`,
    ...find,
    `if (lane == 0u) { state = ${failed.load(before as string)}; }`,
    `if (workgroupUniformLoad(&state) != 0u) { ${fail} return; }`,
    `if (!factorColumn(batch, aFrom, to, ${first}, ${start}, band, ${lambda.load("batch")}, lane)) { ${fail} }`,
  ];
  return kernel.build(body, sizeOf(step.a.shape.slice(0, -2)) * count, lanes, true);
}

/**
 * Repeats failed matrices, one workgroup per matrix, and writes the λ. A dispatch that takes seconds would be stopped, so large
 * matrices have one for each attempt.
 */
function end(step: CholeskyStep, memory: Memory): readonly Dispatch[] {
  const d = step.a.shape.at(-1) as number;
  const each = d > mostWithout ? 1 : retries;
  return Array.from({ length: retries / each }, (_, at) => {
    const isLast = (at + 1) * each === retries;
    return attempts(step, memory, each, isLast);
  });
}

/** Tries larger λ on failed matrices. After the last attempt those that still fail become NaN. */
function attempts(step: CholeskyStep, memory: Memory, count: number, isLast: boolean): Dispatch {
  const parts = partsOf(step, memory);
  const { kernel, a, output, used, lambda, failed, find, d } = parts;
  define(parts);
  const columns = Math.ceil((step.a.shape.at(-1) as number) / panel);
  const own = failedAt(kernel.param(turnOf(panel * (columns - 1))));
  const nan = "fromBits(0x7fc00000u)";
  const body = [
    "let batch = group;",
    ...find,
    `if (lane == 0u) { state = ${failed.load(own)}; }`,
    "var open = workgroupUniformLoad(&state) != 0u;",
    `var shift = ${lambda.load("batch")};`,
    "if (open) {",
    "var trace = 0.0;",
    `for (var i = 0u; i < ${d}; i++) { trace += ${a.load(parts.inMatrix("i", "i"))}; }`,
    `for (var attempt = 0u; attempt < ${count}u && open; attempt++) {`,
    `let first = select(${epsilon}, ${epsilon} * trace / f32(${d}), trace > 0.0);`,
    "shift = select(10.0 * shift, first, shift == 0.0);",
    "open = false;",
    `for (var start = 0u; start < ${d} && !open; start += ${panel}u) {`,
    `let count = max(1u, (${d} - min(${d}, start + ${panel}u) + ${bandRows - 1}u) / ${bandRows}u);`,
    "for (var band = 0u; band < count && !open; band++) {",
    "open = !factorColumn(batch, aFrom, to, 0u, start, band, shift, lane);",
    "storageBarrier();",
    "workgroupBarrier();",
    "} } }",
    ...(isLast
      ? [
          "if (open) {",
          `shift = ${nan};`,
          `for (var slot = lane; slot < ${d} * ${d}; slot += ${lanes}u) {`,
          output.store(parts.inFactor(`(slot / ${d})`, `(slot % ${d})`), nan),
          "} }",
        ]
      : [
          "if (lane == 0u) {",
          lambda.store("batch", "shift"),
          `if (!open) { ${failed.store(own, "0u")} }`,
          "}",
        ]),
    "}",
    ...(isLast && used !== null
      ? [
          `if (lane == 0u) { ${used.store(`(${positionText(step.used?.strides ?? [], "m")})`, "shift")} }`,
        ]
      : []),
  ];
  return kernel.build(body, sizeOf(step.a.shape.slice(0, -2)), lanes, true);
}
