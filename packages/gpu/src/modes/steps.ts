import {
  type ArgReduceStep,
  arg,
  type CopyStep,
  type DType,
  type GatherStep,
  type HostMemory,
  isStoredOnly,
  type MapStep,
  type ReduceOp,
  type ReduceStep,
  type Step,
  sizeOf,
  type View,
} from "@metrigrad/tensor";
import { foldLines } from "./fold.ts";
import { type Held, type Launch, type Launcher, toHost } from "./launcher.ts";
import { kernelText } from "./text.ts";

/** A step that gpu.js kernels run. */
export interface KernelStep {
  /** The views that the kernels read, in this order. */
  readonly inputs: readonly View[];
  readonly outputs: readonly View[];
  /** Whether inputs and outputs may stay on the device between steps. */
  readonly passes: boolean;
  /** Returns the elements of the outputs from those of the inputs, all row-major. */
  run(inputs: readonly Held[]): readonly Held[];
}

/** Makes a step run by gpu.js kernels; returns null if the host has to run it. */
export type Prepare<S extends Step> = (
  step: S,
  memory: HostMemory,
  launcher: Launcher,
) => KernelStep | null;

/** A step for views without elements. */
export const nothing: KernelStep = { inputs: [], outputs: [], passes: false, run: () => [] };

const isFloaty = (dtype: DType) => dtype === "f32" || dtype === "bool";
/** Returns whether kernels can hold the elements of all views. */
export const allFloaty = (views: readonly View[], memory: HostMemory) =>
  views.every((view) => isFloaty(memory.dtype(view)));
/** A kernel with the numbers that its text needs. */
export interface Ready {
  readonly launch: Launch;
  readonly numbers: readonly number[];
}

/** Runs a kernel for each output on the same inputs. */
export const launchAll = (kernels: readonly Ready[]) => (held: readonly Held[]) =>
  kernels.map(({ launch, numbers }) => launch([...held, ...numbers]));

/** Returns the kernels, or null if one of them has no text. */
export const allReady = (kernels: readonly (Ready | null)[]) =>
  kernels.every((kernel) => kernel !== null) ? kernels : null;

/** Returns lines that read the elements of the first arrays. */
export const load = (count: number, at: (k: number) => string) =>
  Array.from({ length: count }, (_, k) => `const a${k} = x${k}[${at(k)}];`);
/** Returns the names of the values that `load` reads. */
export const argsOf = (count: number, from = 0) =>
  Array.from({ length: count }, (_, k) => `a${k + from}`);

/** Prepares one kernel for each output. */
export const map: Prepare<MapStep> = ({ shape, inputs, exprs, outputs }, memory, launcher) => {
  const size = sizeOf(shape);
  if (size === 0) return nothing;
  if (inputs.length === 0 || !allFloaty([...inputs, ...outputs], memory)) return null;
  const kernels = allReady(
    exprs.map((expr) => {
      const text = kernelText([expr], argsOf(inputs.length));
      if (text === null) return null;
      const { lines, results, numbers } = text;
      const body = [
        ...load(inputs.length, () => "this.thread.x"),
        ...lines,
        `return ${results[0]};`,
      ];
      return { launch: launcher.kernel(body, inputs.length, numbers.length, [size]), numbers };
    }),
  );
  if (kernels === null) return null;
  return { inputs, outputs, passes: true, run: launchAll(kernels) };
};

/** Prepares a copy as a map of one argument. */
export const copy: Prepare<CopyStep> = ({ input, output, label }, memory, launcher) => {
  const exprs = [arg(0, memory.dtype(input) === "bool" ? "bool" : "float")];
  const { shape } = output;
  const step = { kind: "map" as const, label, shape, inputs: [input], exprs, outputs: [output] };
  return map(step, memory, launcher);
};

/** Prepares one kernel for each output. A thread folds one list, in runs, so that sums stay accurate. */
export const reduce: Prepare<ReduceStep> = (step, memory, launcher) => {
  const { shape, axes, inputs, exprs, ops, outputs } = step;
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const length = sizeOf(axes.map((axis) => shape[axis] as number));
  const lists = sizeOf(kept.map((axis) => shape[axis] as number));
  if (lists === 0) return nothing;
  if (length === 0 || inputs.length === 0) return null;
  if (!inputs.every((view) => memory.dtype(view) === "f32") || !allFloaty(outputs, memory))
    return null;
  if (exprs.some(({ type }) => type !== "float")) return null;
  const moved = inputs.map((view): View => {
    const order = [...kept, ...axes];
    const pick = (list: readonly number[]) => order.map((axis) => list[axis] as number);
    return { ...view, shape: pick(shape), strides: pick(view.strides) };
  });
  const kernels = allReady(
    exprs.map((expr, j) => {
      const text = kernelText([expr], argsOf(inputs.length));
      if (text === null) return null;
      const { lines, results, numbers } = text;
      const value = (at: string) =>
        [...load(inputs.length, () => `this.thread.x * ${length} + ${at}`), ...lines].join("\n");
      const body = foldLines(ops[j] as ReduceOp, length, value, results[0] as string);
      return { launch: launcher.kernel(body, inputs.length, numbers.length, [lists]), numbers };
    }),
  );
  if (kernels === null) return null;
  return { inputs: moved, outputs, passes: true, run: launchAll(kernels) };
};

/** Prepares a kernel whose threads look through one list each. Positions beyond 2²⁴ are not exact as floats. */
export const argReduce: Prepare<ArgReduceStep> = ({ op, input, output }, memory, launcher) => {
  const length = input.shape.at(-1) as number;
  const lists = sizeOf(output.shape);
  if (lists === 0) return nothing;
  if (memory.dtype(input) !== "f32" || length > 2 ** 24) return null;
  const beats = op === "max" ? ">" : "<";
  const launch = launcher.kernel(
    [
      `let best = x0[this.thread.x * ${length}];`,
      "let place = 0.0;",
      "let at = 0.0;",
      `for (let i = 1; i < ${length}; i++) {`,
      `const value = x0[this.thread.x * ${length} + i];`,
      "at = at + 1.0;",
      `const better = value ${beats} best ? 1.0 : 0.0;`,
      "const odd = value !== value ? 1.0 : 0.0;",
      "const open = best === best ? 1.0 : 0.0;",
      "if ((better + odd) * open > 0.5) { best = value; place = at; }",
      "}",
      "return place;",
    ],
    1,
    0,
    [lists],
  );
  return { inputs: [input], outputs: [output], passes: true, run: (held) => [launch(held)] };
};

/** The number of elements of a table above which handing it over costs more than picking rows on the host. */
const largestTable = 2 ** 20;

/** Prepares a kernel whose threads pick one element each. */
export const gather: Prepare<GatherStep> = ({ source, indices, output }, memory, launcher) => {
  const size = sizeOf(output.shape);
  if (size === 0) return nothing;
  const kind = memory.dtype(output);
  const rows = source.shape[0] as number;
  const from = memory.dtype(source);
  const exact = isFloaty(kind) && (from === kind || isStoredOnly(from));
  if (!exact || kind === "bool" || sizeOf(source.shape) > largestTable) return null;
  const columns = sizeOf(source.shape.slice(1));
  const count = sizeOf(indices.shape);
  const launch = launcher.kernel(
    [`return x0[x1[this.thread.y] * ${columns} + this.thread.x];`],
    2,
    0,
    [columns, count],
  );
  const run = ([table, at]: readonly Held[]) => {
    const places = Float32Array.from(toHost(at as Held), (i) => Math.min(Math.max(i, 0), rows - 1));
    return [launch([table as Held, places])];
  };
  return { inputs: [source, indices], outputs: [output], passes: true, run };
};
