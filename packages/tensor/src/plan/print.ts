import { storageBytes } from "../dtype.ts";
import type { Expr } from "../expr/expr.ts";
import { printExpr } from "../expr/print.ts";
import { sameShape, showShape, stridesOf } from "../shape.ts";
import { byKind, partsOf, type StepTable } from "./parts.ts";
import type { BufferSpec, Plan } from "./plan.ts";
import type { Step } from "./step.ts";
import type { View } from "./view.ts";

/**
 * Writes a view as text, such as `b3[50, 80]`. Offset and strides follow if the view is no whole row-major block.
 *
 * @param view - The view.
 * @returns The text.
 * @nothrow
 * @category For authors of backends
 */
export function printView({ buffer, shape, strides, offset, advance = [] }: View): string {
  const plain = offset === 0 && sameShape(strides, stridesOf(shape));
  const parts = plain ? [] : [`offset ${offset}`, `strides ${strides.join(" ")}`];
  if (advance.some((by) => by !== 0)) parts.push(`advance ${advance.join(" ")}`);
  const detail = parts.length === 0 ? "" : `{${parts.join(", ")}}`;
  return `b${buffer}${showShape(shape)}${detail}`;
}

/** The texts of views. A null is left out. */
function list(...views: readonly (View | null)[]): string {
  return views.flatMap((view) => (view === null ? [] : [printView(view)])).join(", ");
}

/** The texts of expressions. */
const formulas = (exprs: readonly Expr[], args?: readonly string[]): string =>
  exprs.map((expr) => printExpr(expr, args === undefined ? {} : { args })).join(", ");

/** For each kind of step: the text after the equals sign. */
const right: StepTable<string> = {
  map: ({ inputs, exprs }) => `map(${list(...inputs)}): ${formulas(exprs)}`,
  reduce: ({ inputs, exprs, ops, axes, shape }) =>
    `${ops.join(", ")} over ${axes.join(" ") || "nothing"} of ${showShape(shape)} (${list(...inputs)}): ${formulas(exprs)}`,
  rows: ({ shape, rowAxes, inputs, stages, results }) => {
    const names = [...inputs.map((_, i) => `x${i}`), ...stages.map((_, i) => `s${i}`)];
    const lines = stages.map(({ per, op, expr }, i) => {
      const value = printExpr(expr, { args: names });
      return `s${i} = ${op === undefined ? value : `${op}(${value})`}${per === "row" ? " per row" : ""}`;
    });
    const given = results.map((stage) => `s${stage}`).join(", ");
    return `rows of the last ${rowAxes} of ${showShape(shape)} (${list(...inputs)}): ${lines.join("; ")}; ${given}`;
  },
  argReduce: ({ op, input }) => `arg${op}(${list(input)})`,
  sort: ({ input, descending }) => `sort(${list(input)}${descending ? ", descending" : ""})`,
  matmul: ({ a, b, groups, epilogue }) => {
    const axes =
      groups === undefined
        ? ""
        : `, rows of ${groups.rows}, sum of ${groups.inner} and columns of ${groups.columns} axes`;
    const product = `matmul(${list(a, b)}${axes})`;
    if (epilogue === undefined) return product;
    const names = ["ab", ...epilogue.inputs.map((_, i) => `x${i}`)];
    return `${product}, (${list(...epilogue.inputs)}): ${formulas(epilogue.exprs, names)}`;
  },
  convolve: ({ a, b, shift, dilation }) =>
    `convolve(${list(a, b)}, shift ${shift.join(" ")}, dilation ${dilation.join(" ")})`,
  gather: ({ source, indices }) => `gather(${list(source, indices)})`,
  scatterAdd: ({ indices, updates }) => `scatterAdd(${list(indices, updates)})`,
  copy: ({ input }) => `copy(${list(input)})`,
  random: ({ key, state }) => `random(key ${key}, ${list(state)})`,
  gram: ({ x, nu, base, alpha, beta }) =>
    `gram(${list(x, nu)}) * ${alpha}${base === null ? "" : ` + ${list(base)} * ${beta}`}`,
  cholesky: ({ a, shift }) => `cholesky(${list(a, shift)})`,
  triangularSolve: ({ l, rhs, transpose }) =>
    `triangularSolve(${list(l, rhs)}${transpose ? ", transposed" : ""})`,
  eigh: ({ a }) => `eigh(${list(a)})`,
  loop: ({ turns, body }) => `loop of ${turns} turns, ${body.length} steps`,
};

/** The outputs of a step, the text before the equals sign. */
const left = (step: Step) => list(...partsOf(step).outputs.map(({ view }) => view));

/**
 * Writes a step as one line, such as `b3[50, 80] = map(b1[50, 80]): max(x0, 0)`.
 *
 * @param step - The step. Of a loop, only the number of turns and of steps is written.
 * @returns The line.
 * @nothrow
 * @category For authors of backends
 */
export function printStep(step: Step): string {
  if (step.kind === "loop") return byKind(right, step);
  const condition = step.when === undefined ? "" : ` if ${printView(step.when)}`;
  return `${left(step)} = ${byKind(right, step)}${condition}`;
}

/** The lines of a step with its number. The steps of a loop's body are below it. */
function stepLines(step: Step, name: string, indent: string): string[] {
  const comment = step.label === "" ? "" : `  # ${step.label}`;
  const own = `${indent}${name}: ${printStep(step)}${comment}`;
  if (step.kind !== "loop") return [own];
  const inner = step.body.flatMap((one, at) => stepLines(one, `${name}.${at}`, `${indent}  `));
  return [own, ...inner];
}

function printPlace({ place, label }: BufferSpec): string {
  if (place.kind === "arena") return `arena at ${place.offset}`;
  if (place.kind === "variable") return `variable ${label}`;
  if (place.kind === "feed") return `feed ${place.name}`;
  return place.kind;
}

/** A buffer's label, unless the line of the buffer shows it already. */
export function remark({ place, label }: BufferSpec): string {
  return place.kind === "variable" ? "" : label;
}

/**
 * Writes a buffer as one line, such as `b3 f32[4000] 16000 bytes, arena at 64`.
 *
 * @param buffer - The buffer.
 * @param index - Its index in `Plan.buffers`.
 * @returns The line.
 * @nothrow
 * @category For authors of backends
 */
export function printBuffer(buffer: BufferSpec, index: number): string {
  const bytes = buffer.size * storageBytes[buffer.dtype];
  return `b${index} ${buffer.dtype}[${buffer.size}] ${bytes} bytes, ${printPlace(buffer)}`;
}

/**
 * Writes a plan as text: one line per buffer, feed, step and output.
 *
 * @param plan - The plan.
 * @returns The text. It ends with a newline.
 * @nothrow
 * @category For authors of backends
 */
export function printPlan(plan: Plan): string {
  const comment = (text: string) => (text === "" ? "" : `  # ${text}`);
  const lines = [
    `plan ${plan.float}: ${plan.buffers.length} buffers, ${plan.steps.length} steps, arena of ${plan.arenaBytes} bytes`,
    ...plan.buffers.map((buffer, i) => `  ${printBuffer(buffer, i)}${comment(remark(buffer))}`),
    ...plan.feeds.map(
      ({ name, shape, dtype, buffer }) =>
        `  feed ${name}: ${dtype}${showShape(shape)} in b${buffer}`,
    ),
    ...plan.steps.flatMap((step, i) => stepLines(step, String(i), "  ")),
    ...plan.outputs.map((view) => `  output ${printView(view)}`),
  ];
  return `${lines.join("\n")}\n`;
}
