import { type CholeskyStep, sizeOf, type View } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import { bandRows, bands, columnFunction, lanes, panel } from "./choleskyColumn.ts";
import type { Lower } from "./lower.ts";

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
  /** 1 for a matrix in which a pivot failed. */
  readonly failed: Operand;
  /** Returns lines that set `batch`, `aFrom` and `to` from a number. */
  readonly find: (batch: string) => string[];
}

function partsOf(step: CholeskyStep, memory: Memory): Parts {
  const kernel = new Kernel(memory);
  const count = sizeOf(step.a.shape.slice(0, -2));
  const parts = {
    a: kernel.read(step.a),
    shift: step.shift === null ? null : kernel.read(step.shift),
    output: kernel.write(step.output),
    used: step.used === null ? null : kernel.write(step.used),
    lambda: kernel.scratch("f32", count, 0),
    failed: kernel.scratch("u32", count, count),
  };
  kernel.when(step.when);
  const find = (batch: string) => [
    `let batch = ${batch};`,
    ...coordinateLines("batch", step.a.shape.slice(0, -2), "m"),
    `let aFrom = ${positionText(step.a.strides.slice(0, -2), "m")};`,
    `let to = ${positionText(step.output.strides.slice(0, -2), "m")};`,
  ];
  return { kernel, ...parts, find };
}

const place = (from: string, view: View, row: string, column: string) => {
  const [byRow = 0, byColumn = 0] = view.strides.slice(-2);
  return `(${from} + ${scaled(row, byRow)} + ${scaled(column, byColumn)})`;
};

/**
 * Lowers a factorisation to blocks. One dispatch clears the part above the diagonal. Then one for each 32 columns
 * factorises them in all matrices. The last one repeats matrices with a bad pivot with larger λ.
 */
export const cholesky: Lower<CholeskyStep> = (step, memory) => {
  const d = step.a.shape.at(-1) as number;
  if (sizeOf(step.a.shape) === 0) return [];
  const columns = Array.from({ length: Math.ceil(d / panel) }, (_, j) => j);
  return [
    begin(step, memory, d),
    ...columns.map((j) => column(step, memory, d, j)),
    end(step, memory, d),
  ];
};

/** Writes zeros above the diagonal, and the first λ. */
function begin(step: CholeskyStep, memory: Memory, d: number): Dispatch {
  const { kernel, shift, output, lambda, failed, find } = partsOf(step, memory);
  const size = sizeOf(step.a.shape);
  const first = shift?.load(`(${positionText(step.shift?.strides ?? [], "m")})`) ?? "0.0";
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${size}u) { return; }`,
    ...find(`index / ${d * d}u`),
    `let row = (index / ${d}u) % ${d}u;`,
    `let column = index % ${d}u;`,
    `if (column > row) { ${output.store(place("to", step.output, "row", "column"), "0.0")} }`,
    `if (row == 0u && column == 0u) { ${lambda.store("batch", first)} ${failed.store("batch", "0u")} }`,
  ];
  return kernel.build(body, Math.ceil(size / lanes), lanes, false);
}

function define(step: CholeskyStep, { kernel, a, output }: Parts, d: number): void {
  const load = (operand: Operand, view: View, from: string) => (row: string, at: string) =>
    operand.load(place(from, view, row, at));
  columnFunction(kernel, {
    d,
    source: load(a, step.a, "aFrom"),
    known: load(output, step.output, "to"),
    store: (row, at, value) => output.store(place("to", step.output, row, at), value),
  });
}

/**
 * Factorises 32 columns of every matrix: a workgroup for each band of rows below, each with the block on the
 * diagonal.
 */
function column(step: CholeskyStep, memory: Memory, d: number, j: number): Dispatch {
  const parts = partsOf(step, memory);
  const { kernel, lambda, failed, find } = parts;
  define(step, parts, d);
  const start = kernel.param(j * panel);
  const count = bands(d, j * panel);
  const perMatrix = kernel.param(count);
  const body = [
    ...find(`group / ${perMatrix}`),
    `if (lane == 0u) { state = ${failed.load("batch")}; }`,
    "if (workgroupUniformLoad(&state) != 0u) { return; }",
    `let ok = factorColumn(aFrom, to, ${start}, group % ${perMatrix}, ${lambda.load("batch")}, lane);`,
    `if (!ok && lane == 0u) { ${failed.store("batch", "1u")} }`,
  ];
  return kernel.build(body, sizeOf(step.a.shape.slice(0, -2)) * count, lanes, true);
}

/** Repeats failed matrices, one workgroup per matrix, and writes the λ. */
function end(step: CholeskyStep, memory: Memory, d: number): Dispatch {
  const parts = partsOf(step, memory);
  const { kernel, a, output, used, lambda, failed, find } = parts;
  define(step, parts, d);
  const nan = "fromBits(0x7fc00000u)";
  const tell =
    used === null
      ? []
      : [
          `if (lane == 0u) { ${used.store(`(${positionText(step.used?.strides ?? [], "m")})`, "shift")} }`,
        ];
  const body = [
    ...find("group"),
    `if (lane == 0u) { state = ${failed.load("batch")}; }`,
    "var open = workgroupUniformLoad(&state) != 0u;",
    `var shift = ${lambda.load("batch")};`,
    "if (open) {",
    "var trace = 0.0;",
    `for (var i = 0u; i < ${d}u; i++) { trace += ${a.load(place("aFrom", step.a, "i", "i"))}; }`,
    `for (var attempt = 0u; attempt < ${retries}u && open; attempt++) {`,
    `let first = select(${epsilon}, ${epsilon} * trace / ${d}.0, trace > 0.0);`,
    "shift = select(10.0 * shift, first, shift == 0.0);",
    "open = false;",
    `for (var start = 0u; start < ${d}u && !open; start += ${panel}u) {`,
    `let count = max(1u, (${d}u - min(${d}u, start + ${panel}u) + ${bandRows - 1}u) / ${bandRows}u);`,
    "for (var band = 0u; band < count && !open; band++) {",
    "open = !factorColumn(aFrom, to, start, band, shift, lane);",
    "storageBarrier();",
    "workgroupBarrier();",
    "} } }",
    "if (open) {",
    `shift = ${nan};`,
    `for (var slot = lane; slot < ${d * d}u; slot += ${lanes}u) {`,
    output.store(place("to", step.output, `(slot / ${d}u)`, `(slot % ${d}u)`), nan),
    "} } }",
    ...tell,
  ];
  return kernel.build(body, sizeOf(step.a.shape.slice(0, -2)), lanes, true);
}
