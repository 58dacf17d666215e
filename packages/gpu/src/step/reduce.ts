import {
  arg,
  type Expr,
  primitiveFns,
  type ReduceOp,
  type ReduceStep,
  type ScalarType,
  sizeOf,
} from "@metrigrad/tensor";
import { expressionLines, literalText } from "../wgsl/expressions.ts";
import { type Dispatch, Kernel, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, spaceOf } from "../wgsl/layout.ts";
import { ruleOf } from "../wgsl/rules.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;
/** The number of elements that a thread adds one by one before it adds their sum to the rest. */
export const run = 32;

/** The value of a reduction over nothing, and how two values combine. */
export interface Monoid {
  readonly held: string;
  readonly start: string;
  combine(x: string, y: string): string;
}

const starts = {
  sum: 0,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
  prod: 1,
} satisfies Record<ReduceOp, number>;

const bounds: Readonly<Record<ReduceOp, Readonly<Record<"i32" | "u32", number>>>> = {
  sum: { i32: 0, u32: 0 },
  max: { i32: -(2 ** 31), u32: 0 },
  min: { i32: 2 ** 31 - 1, u32: 2 ** 32 - 1 },
  prod: { i32: 1, u32: 1 },
};

/** Returns how a reduction of values of a type combines them. */
export function monoidOf(op: ReduceOp, type: ScalarType): Monoid {
  if (type === "bool") {
    const symbol = op === "max" ? "||" : "&&";
    const start = String(op !== "max" && starts[op] !== 0);
    return { held: "bool", start, combine: (x, y) => `${x} ${symbol} ${y}` };
  }
  const fns = { sum: "add", max: "max", min: "min", prod: "mul" } as const;
  const rule = ruleOf(primitiveFns[fns[op]]);
  const start = literalText(type === "float" ? starts[op] : bounds[op][type], type);
  return {
    held: type === "float" ? "f32" : type,
    start,
    combine: (x, y) =>
      rule?.([
        { text: x, type },
        { text: y, type },
        { text: y, type },
      ]) ?? x,
  };
}

/** Lists that are reduced to one value each, in the strides of every operand. */
interface Lists {
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  readonly inputs: readonly {
    readonly kept: readonly number[];
    readonly reduced: readonly number[];
  }[];
}

interface Part {
  readonly lists: Lists;
  readonly sources: readonly Operand[];
  readonly exprs: readonly Expr[];
  readonly monoids: readonly Monoid[];
  /** The number of slices of each list, one workgroup each. */
  readonly slices: number;
  readonly store: (j: number, slice: string, value: string) => string;
}

/**
 * Returns workgroups of `across` lists with 256/across threads each.
 *
 * Neighbouring threads run along the lists, or across them if their elements lie side by side. Threads add runs of
 * 32, and then halves of the threads meet, so that the error of a sum of n grows with log n.
 */
function dispatchOf(kernel: Kernel, part: Part): Dispatch {
  const { lists, sources, exprs, monoids, slices } = part;
  const [count, length] = [sizeOf(lists.kept), sizeOf(lists.reduced)];
  const across = acrossOf(lists, count, length);
  const along = lanes / across;
  const slice = Math.ceil(length / slices);
  const [kept, reduced] = [lists.kept, lists.reduced].map((shape) =>
    shape.length === 0 ? [1] : shape,
  ) as [readonly number[], readonly number[]];
  monoids.forEach(({ held }, j) => {
    kernel.shared(`part${j}`, held, lanes);
  });
  const { lines, results } = expressionLines(
    exprs,
    sources.map((_, k) => `x${k}`),
  );
  const body = [
    `let block = group / ${slices}u;`,
    `let slice = group % ${slices}u;`,
    `let list = block * ${across}u + lane % ${across}u;`,
    `let worker = lane / ${across}u;`,
    `let last = min((slice + 1u) * ${slice}u, ${length}u);`,
    ...coordinateLines(`min(list, ${Math.max(0, count - 1)}u)`, kept, "i"),
    ...lists.inputs.map(({ kept: strides }, k) => `let from${k} = ${positionText(strides, "i")};`),
    ...monoids.map(({ start, held }, j) => `var total${j}: ${held} = ${start};`),
    `for (var first = slice * ${slice}u + worker; first < last; first += ${along * run}u) {`,
    ...monoids.map(({ start, held }, j) => `var sum${j}: ${held} = ${start};`),
    `let end = min(first + ${along * run}u, last);`,
    `for (var at = first; at < end; at += ${along}u) {`,
    ...coordinateLines("at", reduced, "r"),
    ...sources.map((source, k) => {
      const position = positionText((lists.inputs[k] as Lists["inputs"][number]).reduced, "r");
      return `let x${k} = ${source.load(`(from${k} + ${position})`)};`;
    }),
    ...lines,
    ...monoids.map(({ combine }, j) => `sum${j} = ${combine(`sum${j}`, results[j] as string)};`),
    "}",
    ...monoids.map(({ combine }, j) => `total${j} = ${combine(`total${j}`, `sum${j}`)};`),
    "}",
    ...monoids.map((_, j) => `part${j}[lane] = total${j};`),
    "workgroupBarrier();",
    `for (var half = ${Math.floor(along / 2)}u; half > 0u; half = half / 2u) {`,
    "if (worker < half) {",
    `let other = lane + half * ${across}u;`,
    ...monoids.map(({ combine }, j) => {
      return `part${j}[lane] = ${combine(`part${j}[lane]`, `part${j}[other]`)};`;
    }),
    "}",
    "workgroupBarrier();",
    "}",
    `if (worker == 0u && list < ${count}u) {`,
    ...monoids.map((_, j) => part.store(j, "slice", `part${j}[lane]`)),
    "}",
  ];
  return kernel.build(body, Math.ceil(count / across) * slices, lanes, true);
}

/** Returns how many lists a workgroup takes. */
function acrossOf({ inputs }: Lists, count: number, length: number): number {
  const sideBySide = inputs.some(
    ({ kept, reduced }) => Math.abs(kept.at(-1) ?? 0) === 1 && Math.abs(reduced.at(-1) ?? 0) !== 1,
  );
  let across = sideBySide ? Math.min(32, Math.max(1, count)) : 1;
  while (across * length < lanes && across < lanes && across < count) across *= 2;
  return 2 ** Math.ceil(Math.log2(across));
}

/** Returns the number of slices, so that many workgroups share few long lists. */
function slicesOf(count: number, length: number): number {
  if (length < 16_384) return 1;
  return Math.max(1, Math.min(Math.ceil(length / 8192), Math.floor(1024 / count)));
}

/** The results that one dispatch has at most: each has a word for each thread in the memory of a workgroup, 16 KiB on each device. */
const mostResults = 15;

/** Lowers a reduction of lists; long ones take two dispatches. */
export const reduce: Lower<ReduceStep> = (step, memory) => {
  const { ops, exprs, outputs } = step;
  return Array.from({ length: Math.ceil(exprs.length / mostResults) }, (_, at) => {
    const own = [at * mostResults, (at + 1) * mostResults] as const;
    const part = {
      ops: ops.slice(...own),
      exprs: exprs.slice(...own),
      outputs: outputs.slice(...own),
    };
    return reduceTogether({ ...step, ...part }, memory);
  }).flat();
};

const reduceTogether: Lower<ReduceStep> = (step, memory) => {
  const { inputs, exprs, ops, when } = step;
  const lists = listsOf(step);
  const [count, length] = [sizeOf(lists.kept), sizeOf(lists.reduced)];
  if (count === 0) return [];
  const monoids = exprs.map(({ type }, j) => monoidOf(ops[j] as ReduceOp, type));
  const slices = slicesOf(count, length);
  const first = new Kernel(memory);
  const sources = inputs.map((view) => first.read(view));
  if (slices === 1) {
    const { store } = finish(first, step);
    return [dispatchOf(first, { lists, sources, exprs, monoids, slices, store })];
  }
  const partials = (kernel: Kernel) =>
    exprs.map(({ type }, j) => {
      const words = count * slices;
      return kernel.scratch(type === "float" ? "f32" : type, words, j * words);
    });
  const into = partials(first);
  first.when(when);
  const store = (j: number, slice: string, value: string) =>
    (into[j] as Operand).store(`(list * ${slices}u + ${slice})`, value);
  const second = new Kernel(memory);
  const from = partials(second);
  const { store: end } = finish(second, step);
  const flat = { kept: [slices], reduced: [1] };
  const rest: Part = {
    lists: { kept: [count], reduced: [slices], inputs: from.map(() => flat) },
    sources: from,
    exprs: exprs.map(({ type }, j) => arg(j, type)),
    monoids,
    slices: 1,
    store: end,
  };
  return [
    dispatchOf(first, { lists, sources, exprs, monoids, slices, store }),
    dispatchOf(second, rest),
  ];
};

/** Stores into the outputs, whose coordinates come from the number of the list. */
function finish(
  kernel: Kernel,
  { shape, axes, outputs, when }: ReduceStep,
): { readonly store: Part["store"] } {
  const targets = outputs.map((view) => kernel.write(view));
  kernel.when(when);
  const space = spaceOf(
    shape.filter((_, axis) => !axes.includes(axis)),
    outputs,
  );
  return {
    store: (j, _slice, value) => {
      const position = positionText(space.strides[j] as number[], `o${j}_`);
      return [
        ...coordinateLines("list", space.shape, `o${j}_`),
        (targets[j] as Operand).store(`(${position})`, value),
      ].join("\n");
    },
  };
}

function listsOf({ shape, axes, inputs }: ReduceStep): Lists {
  const isReduced = (_: unknown, axis: number) => axes.includes(axis);
  const isKept = (_: unknown, axis: number) => !axes.includes(axis);
  const part = (keep: typeof isKept) =>
    spaceOf(
      shape.filter(keep),
      inputs.map(({ strides }) => ({ strides: strides.filter(keep) })),
    );
  const [kept, reduced] = [part(isKept), part(isReduced)];
  return {
    kept: kept.shape,
    reduced: reduced.size === 0 ? [0] : reduced.shape,
    inputs: inputs.map((_, k) => ({
      kept: kept.strides[k] as readonly number[],
      reduced: reduced.strides[k] as readonly number[],
    })),
  };
}
