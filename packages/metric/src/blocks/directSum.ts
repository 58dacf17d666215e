import {
  add,
  concat,
  div,
  greater,
  isNode,
  mul,
  type Node,
  slice,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import type { AveragedBy, Block, BlockCost, DampedOptions, SolveEffort } from "./block.ts";
import { copyRows } from "./copyRows.ts";
import { checkVector } from "./defBlock.ts";
import { denseBlock } from "./dense.ts";
import { identities } from "./first.ts";
import { holdWithin } from "./hold.ts";

/**
 * Makes the direct sum of the blocks of copies, each over its own slices of stacked parameters [copies, …].
 *
 * Copies do not couple. Each is damped and solved as it would be alone. The columns [copies·d, m] are the parameters
 * one after the other. The number of nodes grows with the number of copies.
 *
 * @param blocks - One block for each copy, of one kind and of the same sizes.
 * @param rows - How many of the d rows of a copy belong to each parameter; by default there is one parameter
 *   [copies, d, m].
 */
export function directSum(blocks: readonly Block[], rows?: readonly number[]): Block {
  const [first] = blocks as readonly [Block, ...Block[]];
  const count = blocks.length;
  const { m, columns, size, form } = first;
  const d = count * first.d;
  const parts = rows ?? [first.d];
  const { apart, together, spread } = copyRows(count, parts);
  const each = (f: (block: Block, copy: number) => Node) => blocks.map(f);
  const joined = (f: (block: Block, copy: number) => Node) => concat(each(f), 0);
  const check = (operation: string, v: Node) => checkVector(`${form}, ${operation}`, v, d, m);
  /** A function of a vector, copy by copy. */
  const lifted =
    (operation: string, f: (block: Block, v: Node, copy: number) => Node) =>
    (v: Node): Node => {
      check(operation, v);
      const own = apart(v);
      return together(each((block, copy) => f(block, own[copy] as Node, copy)));
    };
  const at = <O extends DampedOptions>(options: O, copy: number) => ofCopy(options, blocks, copy);
  const apply = lifted("apply", (block, v) => block.apply(v));
  const toMatrices = () => joined((block) => block.toMatrices());
  const costs = first.costs.map((_, index) => totalCost(blocks, index)) as [BlockCost];
  return {
    kind: "directSum",
    form,
    d,
    m,
    n: first.n,
    columns,
    matrices: blocks.reduce((total, block) => total + block.matrices, 0),
    size,
    layout: `${count} copies of ${first.layout}`,
    factors: null,
    averagedBy: averagedCopies(blocks, parts),
    diagonalValues: null,
    madeOf: null,
    copies: { blocks, rows: parts },
    rowFloats: blocks.reduce((total, { rowFloats }) => total + rowFloats, 0),
    addsDamping: first.addsDamping,
    apply,
    damped: (v, options = {}) =>
      lifted("damped", (block, own, copy) => block.damped(own, at(options, copy)))(v),
    solve: (v, options = {}) =>
      lifted("solve", (block, own, copy) => block.solve(own, at(options, copy)))(v),
    solveOutputs: null,
    prepare: (hold, options = {}) => {
      const ways = blocks.map((block, copy) =>
        block.prepare(holdWithin(hold, `copy${copy}`), at(options, copy)),
      );
      const by = (operation: "solve" | "apply" | "damped") =>
        lifted(operation, (_, v, copy) => (ways[copy] as (typeof ways)[0])[operation](v));
      const damped = by("damped");
      return {
        solve: by("solve"),
        apply: by("apply"),
        damped,
        lambda: () =>
          concat(
            ways.map((way) => way.lambda()),
            0,
          ),
        residual: (v, x) => {
          const [left, whole] = [sum(square(sub(v, damped(x)))), sum(square(v))];
          const some = greater(whole, 0);
          return sqrt(div(where(some, left, 0), where(some, whole, 1)));
        },
      };
    },
    inverseSqrt: (v, options = {}) =>
      lifted("inverseSqrt", (block, own, copy) => block.inverseSqrt(own, at(options, copy)))(v),
    trace: () => joined((block) => block.trace()),
    diagonal: () => together(each((block) => block.diagonal())),
    logdet: (options = {}) => joined((block, copy) => block.logdet(at(options, copy))),
    quadratic: (v) => sum(mul(v, apply(v))),
    sample: (options) =>
      together(each((block, copy) => block.sample({ ...options, key: `${options.key}/${copy}` }))),
    toMatrices,
    toDense: () =>
      spread(
        each((block) => block.toDense()),
        m,
      ),
    accumulate: (base, alpha, beta) => {
      const own = mul(toMatrices(), alpha);
      return base === null ? own : add(own, mul(base, beta));
    },
    cost: costs[0],
    costs,
  };
}

/** Changes the block of every copy of a direct sum. */
export function changedCopies(
  { blocks, rows }: NonNullable<Block["copies"]>,
  change: (block: Block, copy: number) => Block,
): Block {
  return directSum(blocks.map(change), rows);
}

/** Returns the options for one copy. If λ is given for every matrix, the copy takes its own part. */
function ofCopy<O extends DampedOptions>(options: O, blocks: readonly Block[], copy: number): O {
  const { damping } = options;
  const absolute = damping?.absolute;
  if (!isNode(absolute) || absolute.shape.length === 0 || blocks.length === 1) return options;
  const counts = blocks.map(({ matrices }) => matrices);
  const begin = counts.slice(0, copy).reduce((total, count) => total + count, 0);
  const own = slice(absolute, [[begin, begin + (counts[copy] as number)]]);
  return { ...options, damping: { ...damping, absolute: own } };
}

function totalCost(blocks: readonly Block[], index: number): BlockCost {
  return sumOf(blocks.map(({ costs }) => costs[index] as BlockCost));
}

function sumOf(all: readonly BlockCost[]): BlockCost {
  const total = (of: "floats" | "build" | "apply") => all.reduce((sum, cost) => sum + cost[of], 0);
  const [{ solver, why }] = all as [BlockCost];
  const costs = { floats: total("floats"), build: total("build"), apply: total("apply") };
  const tuned = (effort: SolveEffort) => sumOf(all.map((cost) => cost.tuned?.(effort) ?? cost));
  return { solver, why, ...costs, tuned };
}

/** Keeps running averages of what each copy keeps: of its matrices if it has nothing else. */
function averagedCopies(blocks: readonly Block[], rows: readonly number[]): AveragedBy {
  const all = blocks.map(({ averagedBy, toMatrices, m, columns }): AveragedBy => {
    if (averagedBy !== null) return averagedBy;
    return {
      get values() {
        return { metric: { value: toMatrices(), init: identities } };
      },
      block: (kept) => denseBlock(kept.metric as Node, m, "average", columns),
    };
  });
  return {
    get values() {
      const named = all.flatMap(({ values }, copy) =>
        Object.entries(values).map(([name, one]) => [`copy${copy}/${name}`, one] as const),
      );
      return Object.fromEntries(named);
    },
    block: (kept) => {
      const made = all.map(({ values, block }, copy) => {
        const own = Object.keys(values).map((name) => [name, kept[`copy${copy}/${name}`]]);
        return block(Object.fromEntries(own));
      });
      return directSum(made, rows);
    },
  };
}
