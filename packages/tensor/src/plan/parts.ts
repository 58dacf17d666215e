import type { Expr } from "../expr/expr.ts";
import type { Step, StepKind } from "./step.ts";
import type { View } from "./view.ts";

/** A view that a step reads. */
export interface StepInput {
  /** Its field in the step: `a`, `inputs[1]`. */
  readonly role: string;
  /** What is read. */
  readonly view: View;
  /** Whether an output may be the identical view. */
  readonly inPlace: boolean;
}

/** A view that a step writes. */
export interface StepOutput {
  /** Its field in the step: `output`, `outputs[1]`. */
  readonly role: string;
  /** What is written. */
  readonly view: View;
}

/** What a step reads, writes and computes with. */
export interface StepParts {
  /** Everything it reads. */
  readonly inputs: readonly StepInput[];
  /** Everything it writes. */
  readonly outputs: readonly StepOutput[];
  /** Its scalar expressions. */
  readonly exprs: readonly Expr[];
}

/** One function per step kind. */
export type StepTable<R> = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => R };

/** Applies the function of a step's kind. */
export function byKind<R>(table: StepTable<R>, step: Step): R {
  return (table[step.kind] as (step: Step) => R)(step);
}

const read = (role: string, view: View | null, inPlace = false): StepInput[] =>
  view === null ? [] : [{ role, view, inPlace }];
const reads = (views: readonly View[], inPlace: boolean): StepInput[] =>
  views.flatMap((view, i) => read(`inputs[${i}]`, view, inPlace));
const write = (role: string, view: View | null): StepOutput[] =>
  view === null ? [] : [{ role, view }];
const writes = (views: readonly View[]): StepOutput[] =>
  views.flatMap((view, i) => write(`outputs[${i}]`, view));

const parts: StepTable<StepParts> = {
  map: ({ inputs, outputs, exprs }) => ({
    inputs: reads(inputs, true),
    outputs: writes(outputs),
    exprs,
  }),
  reduce: ({ inputs, outputs, exprs }) => ({
    inputs: reads(inputs, false),
    outputs: writes(outputs),
    exprs,
  }),
  argReduce: ({ input, output }) => ({
    inputs: read("input", input),
    outputs: write("output", output),
    exprs: [],
  }),
  matmul: ({ a, b, epilogue, outputs }) => ({
    inputs: [...read("a", a), ...read("b", b), ...reads(epilogue?.inputs ?? [], true)],
    outputs: writes(outputs),
    exprs: epilogue?.exprs ?? [],
  }),
  gather: ({ source, indices, output }) => ({
    inputs: [...read("source", source), ...read("indices", indices)],
    outputs: write("output", output),
    exprs: [],
  }),
  scatterAdd: ({ indices, updates, output }) => ({
    inputs: [...read("indices", indices), ...read("updates", updates)],
    outputs: write("output", output),
    exprs: [],
  }),
  copy: ({ input, output }) => ({
    inputs: read("input", input),
    outputs: write("output", output),
    exprs: [],
  }),
  random: ({ state, output }) => ({
    inputs: read("state", state),
    outputs: write("output", output),
    exprs: [],
  }),
  gram: ({ x, nu, base, output }) => ({
    inputs: [...read("x", x), ...read("nu", nu), ...read("base", base, true)],
    outputs: write("output", output),
    exprs: [],
  }),
  cholesky: ({ a, shift, output, used }) => ({
    inputs: [...read("a", a), ...read("shift", shift)],
    outputs: [...write("output", output), ...write("used", used)],
    exprs: [],
  }),
  triangularSolve: ({ l, rhs, output }) => ({
    inputs: [...read("l", l), ...read("rhs", rhs, true)],
    outputs: write("output", output),
    exprs: [],
  }),
  eigh: ({ a, output, values }) => ({
    inputs: read("a", a),
    outputs: [...write("output", output), ...write("values", values)],
    exprs: [],
  }),
};

/** The views and expressions of any step. */
export function partsOf(step: Step): StepParts {
  const own = byKind(parts, step);
  if (step.when === undefined) return own;
  return { ...own, inputs: [...own.inputs, ...read("when", step.when)] };
}
