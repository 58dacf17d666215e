import {
  argsOf,
  type Expr,
  type ReduceOp,
  type RowProgram,
  type RowStage,
  type RowsStep,
  type RowWork,
  rowProgram,
  type ScalarType,
  sizeOf,
  substitute,
  substituteAll,
} from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, type Space, spaceOf } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";
import { type Monoid, monoidOf, run } from "./reduce.ts";

const lanes = 256;
/** The number of words of a thread for elements that later passes read. Longer rows are computed again in each pass. */
const privateWords = 64;

/** Where elements are kept for a later pass; `at` is their place in the row. */
interface Kept {
  /** The line that declares the memory. */
  readonly line: string;
  load(at: string): string;
  store(at: string, value: string): string;
}

/** What the lines of one step over rows are written from. */
interface Writer {
  readonly step: RowsStep;
  readonly sources: readonly Operand[];
  readonly targets: readonly Operand[];
  /** The strides of inputs, then of outputs. */
  readonly inner: Space;
  /** The number of threads of a row. */
  readonly along: number;
  readonly kept: readonly (Kept | null)[];
  /** The name of each argument. */
  readonly names: readonly string[];
}

const heldType = (type: ScalarType) => (type === "float" ? "f32" : type);

/** Returns the number of threads of a row, a power of two: as many as it has elements, up to a workgroup. */
function threadsOf(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, Math.min(length, lanes))));
}

/**
 * Returns the work of a step whose rows have so many elements per thread.
 *
 * Elements that a later pass reads stay in the threads' own memory. If there are too many, later passes compute them again from
 * the inputs. Reading an input is no slower than reading memory to which they were written, and rows of any length need none.
 */
function workOf(step: RowsStep, own: number): RowProgram {
  const program = rowProgram(step);
  if (own * program.kept <= privateWords) return program;
  const { inputs, stages, results } = step;
  // For each argument that is an element of a stage: its expression of inputs and of numbers per row.
  const whole: (Expr | undefined)[] = [];
  stages.forEach(({ per, expr }, s) => {
    if (per === "element") whole[inputs.length + s] = substitute(expr, whole);
  });
  const passes = program.passes.map(({ stages: all, exprs }): RowWork => {
    const wanted = all.flatMap((s, j) => {
      return stages[s]?.op !== undefined || results.includes(s) ? [j] : [];
    });
    const chosen = wanted.map((j) => exprs[j] as Expr);
    return { stages: wanted.map((j) => all[j] as number), exprs: substituteAll(chosen, whole) };
  });
  return { ...program, passes, keptAt: program.keptAt.map(() => -1), kept: 0 };
}

/** Returns arrays of threads for the stages that are kept, with so many elements each. */
function keptOf({ stages }: RowsStep, { keptAt }: RowProgram, own: number, along: number) {
  return keptAt.map((at, s): Kept | null => {
    if (at < 0) return null;
    const place = (i: string) => `kept${s}[${i} / ${along}u]`;
    return {
      line: `var kept${s}: array<${heldType((stages[s] as RowStage).expr.type)}, ${own}>;`,
      load: place,
      store: (i, value) => `${place(i)} = ${value};`,
    };
  });
}

/** Computes numbers per row that are made of other numbers per row. */
function numberLines(writer: Writer, { stages, exprs }: RowWork, at: number): string[] {
  const { lines, results } = expressionLines(exprs, writer.names, `n${at}_`);
  return [...lines, ...stages.flatMap((s, j) => finished(writer, s, results[j] as string))];
}

/** Gives a number per row its name, and stores it if it is a result. */
function finished({ step, targets }: Writer, stage: number, value: string): string[] {
  const stores = step.results.flatMap((result, j) => {
    if (result !== stage) return [];
    return [`if (isFirst) { ${(targets[j] as Operand).store(`to${j}`, value)} }`];
  });
  return [`let s${stage} = ${value};`, ...stores];
}

/** Writes one pass over the elements of each row. */
function passLines(writer: Writer, { stages, exprs }: RowWork, pass: number): string[] {
  const { step, sources, targets, inner, along, kept, names } = writer;
  const sums = stages.flatMap((s, j) => {
    const { op, expr } = step.stages[s] as RowsStep["stages"][number];
    return op === undefined ? [] : [{ s, j, monoid: monoidOf(op as ReduceOp, expr.type) }];
  });
  const name = (what: string, s: number) => `${what}${pass}_${s}`;
  const declared = (what: string) =>
    sums.map(({ s, monoid }) => `var ${name(what, s)}: ${monoid.held} = ${monoid.start};`);
  const { lines, results } = expressionLines(exprs, names);
  const at = (view: number) => positionText(inner.strides[view] as number[], "r");
  const read = new Set(exprs.flatMap((expr) => argsOf(expr).map((_, index) => index)));
  const stores = stages.flatMap((s, j) => {
    const value = results[j] as string;
    if (step.stages[s]?.op !== undefined) return [];
    const outputs = step.results.flatMap((result, o) => {
      if (result !== s) return [];
      const place = `(to${o} + ${at(sources.length + o)})`;
      return [(targets[o] as Operand).store(place, value)];
    });
    return [...(kept[s] ? [kept[s].store("at", value)] : []), ...outputs];
  });
  return [
    ...declared("total"),
    `for (var first = worker; first < last; first += ${along * run}u) {`,
    ...declared("sum"),
    `let end = min(first + ${along * run}u, last);`,
    `for (var at = first; at < end; at += ${along}u) {`,
    ...coordinateLines("at", inner.shape.length === 0 ? [1] : inner.shape, "r"),
    ...step.inputs.flatMap((view, k) => {
      if (!read.has(k) || view.shape.length < step.shape.length) return [];
      return [`let x${k} = ${sources[k]?.load(`(from${k} + ${at(k)})`)};`];
    }),
    ...kept.flatMap((one, s) => {
      return one && read.has(sources.length + s) ? [`let s${s} = ${one.load("at")};`] : [];
    }),
    ...lines,
    ...stores,
    ...sums.map(({ s, j, monoid }) => {
      return `${name("sum", s)} = ${monoid.combine(name("sum", s), results[j] as string)};`;
    }),
    "}",
    ...sums.map(({ s, monoid }) => {
      return `${name("total", s)} = ${monoid.combine(name("total", s), name("sum", s))};`;
    }),
    "}",
    ...joinedLines(
      sums.map(({ s, monoid }) => ({ total: name("total", s), monoid })),
      along,
    ),
    ...sums.flatMap(({ s }, slot) => finished(writer, s, `${part(slot, sums)}[lane - worker]`)),
    // The next pass writes there, so all threads must have read.
    ...(sums.length > 0 ? ["workgroupBarrier();"] : []),
  ];
}

/** Returns the memory in which the threads of a row bring together the values of a pass. */
function part(slot: number, sums: readonly { readonly monoid: Monoid }[]): string {
  return `part_${sums[slot]?.monoid.held}_${slot}`;
}

/** Joins the values that threads have found, halves by halves. */
function joinedLines(
  sums: readonly { readonly total: string; readonly monoid: Monoid }[],
  along: number,
): string[] {
  if (sums.length === 0) return [];
  return [
    ...sums.map(({ total }, slot) => `${part(slot, sums)}[lane] = ${total};`),
    "workgroupBarrier();",
    `for (var half = ${Math.floor(along / 2)}u; half > 0u; half = half / 2u) {`,
    "if (worker < half) {",
    ...sums.map(({ monoid }, slot) => {
      const own = `${part(slot, sums)}[lane]`;
      return `${own} = ${monoid.combine(own, `${part(slot, sums)}[lane + half]`)};`;
    }),
    "}",
    "workgroupBarrier();",
    "}",
  ];
}

/**
 * Lowers a step over rows. A workgroup takes one row, or as many as fill its threads.
 *
 * Passes follow each other in one dispatch. The threads of a row meet for reductions, and each thread reads or computes again
 * the elements that it has computed itself.
 */
export const rows: Lower<RowsStep> = (step, memory) => {
  const { shape, rowAxes, inputs, outputs, stages, when } = step;
  const lead = shape.length - rowAxes;
  const [outer, within] = [shape.slice(0, lead), shape.slice(lead)];
  const [count, length] = [sizeOf(outer), sizeOf(within)];
  if (count === 0) return [];
  const kernel = new Kernel(memory);
  const sources = inputs.map((view) => kernel.read(view));
  const targets = outputs.map((view) => kernel.write(view));
  kernel.when(when);
  const views = [...inputs, ...outputs];
  const space = spaceOf(
    outer,
    views.map(({ strides }) => ({ strides: strides.slice(0, lead) })),
  );
  const inner = spaceOf(
    within,
    views.map(({ strides }) => ({ strides: within.map((_, axis) => strides[lead + axis] ?? 0) })),
  );
  const along = threadsOf(length);
  const across = lanes / along;
  const each = Math.ceil(length / along);
  const program = workOf(step, each);
  const kept = keptOf(step, program, each, along);
  const names = [...inputs.map((_, k) => `x${k}`), ...stages.map((_, s) => `s${s}`)];
  const writer: Writer = {
    ...{ step, sources, targets, along, kept, names },
    inner: length === 0 ? { ...inner, shape: [0] } : inner,
  };
  for (const pass of program.passes) {
    const reduced = pass.stages.flatMap((s) => (stages[s]?.op === undefined ? [] : [stages[s]]));
    reduced.forEach(({ expr }, slot) => {
      const type = heldType(expr.type);
      kernel.shared(`part_${type}_${slot}`, type, lanes);
    });
  }
  const body = [
    ...kept.flatMap((one) => one?.line ?? []),
    `let worker = lane % ${along}u;`,
    `let own = group * ${across}u + lane / ${along}u;`,
    `let isFirst = worker == 0u && own < ${count}u;`,
    // Threads without a row still take part in the meetings of the others.
    `let row = min(own, ${count - 1}u);`,
    `let last = select(0u, ${length}u, own < ${count}u);`,
    ...coordinateLines("row", space.shape.length === 0 ? [1] : space.shape, "i"),
    ...views.map((_, k) => {
      const name = k < inputs.length ? `from${k}` : `to${k - inputs.length}`;
      return `let ${name} = ${positionText(space.strides[k] as number[], "i")};`;
    }),
    ...inputs.flatMap((view, k) =>
      view.shape.length === shape.length ? [] : [`let x${k} = ${sources[k]?.load(`from${k}`)};`],
    ),
    ...program.numbers.flatMap((numbers, at) => {
      const pass = program.passes[at];
      return [
        ...numberLines(writer, numbers, at),
        ...(pass === undefined ? [] : passLines(writer, pass, at)),
      ];
    }),
  ];
  return [kernel.build(body, Math.ceil(count / across), lanes, true)];
};
