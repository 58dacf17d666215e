import { literal, type ReduceOp } from "@metrigrad/tensor";
import type { Values } from "../expr/evaluator.ts";
import { type Analysis, analyse, type Fused, LoopBody, streamStrides } from "../loop/body.ts";
import { bytesOf } from "../loop/lanes.ts";
import { element, loop, type Range, share, type Turn, vectorLoop, whole } from "../loop/nest.ts";
import { collapse, joinSpaces, pickAxes, type Space, vectorCost } from "../loop/space.ts";
import type { KernelOptions } from "../options.ts";
import { type FunctionBuilder, type I32Like, i32 } from "../wasm/index.ts";
import { Accumulator, identityOf } from "./accumulator.ts";
import type { StepContext } from "./context.ts";
import { loopCost, shareable } from "./cost.ts";
import { lowerMap } from "./map.ts";

/** The number of terms that a sum may take before it is folded into one with more digits. */
const limit = 128;

/** Reductions over `axes` of `shape`, one for each expression. */
export interface Reducing {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  readonly ops: readonly ReduceOp[];
  readonly fused: Fused;
}

/** The loops of a reduction: `kept` outer ones, then reduced ones. One of all loops is vectorised. */
interface Nest {
  readonly space: Space;
  readonly kept: number;
  readonly vectorLevel: number;
}

const without = (count: number, axis: number) =>
  Array.from({ length: count }, (_, i) => i).filter((i) => i !== axis);

/** Orders the loops so that the cheapest one is vectorised. */
function nestOf(
  { shape, axes: reducedAxes, fused }: Reducing,
  analysis: Analysis,
  lanes: number,
): Nest {
  const isReduced = (axis: number) => reducedAxes.includes(axis);
  const axes = shape.map((_, axis) => axis);
  const inputs = streamStrides(fused, analysis).slice(fused.outputs.length);
  const outputs = fused.outputs.map(({ strides }) => {
    let next = 0;
    return axes.map((axis) => (isReduced(axis) ? 0 : (strides[next++] as number)));
  });
  const all: Space = { sizes: shape, strides: [...outputs, ...inputs] };
  const units = [...fused.outputs, ...fused.inputs].map(({ dtype }) => bytesOf(dtype));
  const kept = atLeastOne(
    collapse(
      pickAxes(
        all,
        axes.filter((axis) => !isReduced(axis)),
      ),
    ),
  );
  const reduced = atLeastOne(collapse(pickAxes(all, axes.filter(isReduced))));
  const cost = (space: Space, extra: number) =>
    space.sizes.map(
      (size, axis) =>
        vectorCost(space, axis, units, analysis.scalars.nodes.length, lanes) + extra / size,
    );
  const keptCosts = cost(kept, 0);
  const reducedCosts = cost(reduced, 16);
  const best = (costs: readonly number[]) => costs.indexOf(Math.min(...costs));
  const [keptBest, reducedBest] = [best(keptCosts), best(reducedCosts)];
  const count = kept.sizes.length;
  if ((keptCosts[keptBest] as number) <= (reducedCosts[reducedBest] as number)) {
    const outer = pickAxes(kept, [...without(count, keptBest), keptBest]);
    return { space: joinSpaces(outer, reduced), kept: count, vectorLevel: count - 1 };
  }
  const order = [...without(reduced.sizes.length, reducedBest), reducedBest];
  const space = joinSpaces(kept, pickAxes(reduced, order));
  return { space, kept: count, vectorLevel: space.sizes.length - 1 };
}

function atLeastOne(space: Space): Space {
  if (space.sizes.length > 0) return space;
  return { sizes: [1], strides: space.strides.map(() => [0]) };
}

/**
 * Returns the number of vectors of columns that are reduced side by side: whole cache lines, because every row is
 * elsewhere in memory.
 */
function columnCounts(size: number, ops: readonly ReduceOp[]): readonly number[] {
  if (size < 16) return [1];
  // Extremes need two registers each.
  const light = ops.length === 1 && (ops[0] === "sum" || ops[0] === "prod");
  return size >= 256 && light ? [8, 4, 1] : [4, 1];
}

/** Emits the loops of a reduction. The first loop runs over `first` only. */
class Reduction {
  private readonly f: FunctionBuilder;
  private readonly ops: readonly ReduceOp[];
  private readonly fused: Fused;
  private readonly nest: Nest;
  private readonly body: LoopBody;
  private readonly first: Range;
  private readonly lanes: number;
  private readonly last: number;
  /** The loop at the end of which sums are folded. */
  private readonly foldLevel: number;
  private readonly long: boolean;

  constructor(
    f: FunctionBuilder,
    { ops, fused }: Reducing,
    analysis: Analysis,
    nest: Nest,
    first: Range,
    options: KernelOptions,
  ) {
    const { sizes } = nest.space;
    this.f = f;
    this.ops = ops;
    this.fused = fused;
    this.nest = nest;
    this.first = first;
    this.lanes = options.floats.lanes;
    this.last = sizes.length - 1;
    this.body = new LoopBody(f, fused, analysis, nest.space, nest.vectorLevel, options);
    let level = sizes.length;
    let terms = 1;
    while (level > nest.kept) {
      const own = sizes[level - 1] as number;
      const turns = level - 1 === nest.vectorLevel ? Math.ceil(own / this.lanes) : own;
      if (terms * turns > limit) break;
      terms *= turns;
      level -= 1;
    }
    this.foldLevel = level;
    this.long = level > nest.kept;
  }

  emit(): void {
    this.keptLoops(0, []);
  }

  private range(level: number): Range {
    return level === 0 ? this.first : whole(this.nest.space.sizes[level] as number);
  }

  private keptLoops(level: number, outer: Values): void {
    const { kept, vectorLevel } = this.nest;
    const known = this.body.enter(level, outer, element);
    if (level === kept) {
      this.results(element, [known]);
    } else if (level === vectorLevel) {
      const counts = columnCounts(this.nest.space.sizes[level] as number, this.ops);
      const { cursors } = this.body;
      vectorLoop(this.f, cursors, level, this.range(level), this.lanes, counts, (turn) => {
        const vectors = turn.kind === "element" ? 1 : turn.count;
        const values = Array.from({ length: vectors }, (_, vector) =>
          this.body.enter(level + 1, known, turn, vector),
        );
        this.results(turn, values);
      });
    } else {
      loop(this.f, this.body.cursors, level, this.range(level), () =>
        this.keptLoops(level + 1, known),
      );
    }
  }

  /** Reduces for one element, or for as many vectors of kept elements as there are `known`. */
  private results(turn: Turn, known: readonly Values[]): void {
    const { kept, vectorLevel } = this.nest;
    const e = this.body.evaluator.emitter;
    const types = this.fused.exprs.map(({ type }) => type);
    const sums = known.map(() =>
      this.ops.map((op, j) => new Accumulator(e, op, types[j] ?? "float", this.long)),
    );
    for (const sum of sums.flat()) sum.reset();
    this.reducedLoops(kept, turn, known, sums);
    sums.forEach((outputs, vector) => {
      outputs.forEach((sum, j) => {
        const value = vectorLevel < kept ? sum.perLane() : sum.across();
        this.body.store(j, value, types[j] ?? "float", turn, vector);
      });
    });
  }

  private reducedLoops(
    level: number,
    turn: Turn,
    known: readonly Values[],
    sums: readonly (readonly Accumulator[])[],
  ): void {
    const range = this.range(level);
    const fold = () => {
      for (const sum of sums.flat()) sum.fold();
    };
    if (level < this.last) {
      loop(this.f, this.body.cursors, level, range, () => {
        const inner = known.map((values, vector) =>
          this.body.enter(level + 1, values, turn, vector),
        );
        this.reducedLoops(level + 1, turn, inner, sums);
      });
      if (level === this.foldLevel) fold();
    } else if (this.foldLevel > level) {
      const terms = level === this.nest.vectorLevel ? this.lanes * limit : limit;
      this.inRuns(range.to, terms, (run) => {
        this.innermost(run, turn, known, sums);
        fold();
      });
    } else {
      this.innermost(range, turn, known, sums);
      if (level === this.foldLevel) fold();
    }
  }

  /** Cuts a long loop into runs. */
  private inRuns(size: I32Like, length: number, body: (run: Range) => void): void {
    const from = this.f.local("i32");
    this.f.for(from, 0, size, length, () => {
      const to = this.f.let(i32.add(from, length));
      this.f.if(i32.gt_u(to, size), () => this.f.set(to, i32.const(size as number)));
      body({ from, to });
    });
  }

  private innermost(
    range: Range,
    turn: Turn,
    known: readonly Values[],
    sums: readonly (readonly Accumulator[])[],
  ): void {
    const { vectorLevel } = this.nest;
    const { evaluator, cursors } = this.body;
    const level = this.last;
    const rootsOf = (values: Values, at: Turn, vector: number) =>
      evaluator.roots(this.body.enter(level + 1, values, at, vector));
    if (level !== vectorLevel) {
      loop(this.f, cursors, level, range, () => {
        known.forEach((values, vector) => {
          const roots = rootsOf(values, turn, vector);
          sums[vector]?.forEach((sum, j) => {
            sum.add(roots[j] as (typeof roots)[number]);
          });
        });
      });
      return;
    }
    const [values, outputs] = [known[0] as Values, sums[0] as readonly Accumulator[]];
    const counts = (this.nest.space.sizes[level] as number) >= 64 ? [4, 1] : [1];
    vectorLoop(this.f, cursors, level, range, this.lanes, counts, (at) => {
      const vectors = at.kind === "element" ? 1 : at.count;
      const results = Array.from({ length: vectors }, (_, vector) => rootsOf(values, at, vector));
      outputs.forEach((sum, j) => {
        const column = results.map((roots) => roots[j] as (typeof roots)[number]);
        if (at.kind === "element") sum.addFirst(column[0] as (typeof column)[number]);
        else sum.addAll(column);
      });
    });
  }
}

/** Adds a reduction as one phase; parts share its first loop. */
export function lowerReduce(reducing: Reducing, context: StepContext): void {
  const { fused, shape, axes, ops } = reducing;
  const keptShape = shape.filter((_, axis) => !axes.includes(axis));
  if (keptShape.some((size) => size === 0)) return;
  if (shape.some((size) => size === 0)) {
    const exprs = ops.map((op, j) => {
      const type = fused.exprs[j]?.type ?? "float";
      return literal(identityOf(op, type), type);
    });
    lowerMap(keptShape, { inputs: [], exprs, outputs: fused.outputs }, context);
    return;
  }
  const analysis = analyse(fused.exprs);
  const { floats } = context.options;
  const nest = nestOf(reducing, analysis, floats.lanes);
  const quantum = nest.vectorLevel === 0 ? 16 : 1;
  const size = nest.space.sizes[0] as number;
  const cost = shareable(Math.ceil(size / quantum), loopCost(shape, analysis, floats));
  context.phase(cost, (f, part, parts) => {
    const first = share(f, size, quantum, part, parts);
    new Reduction(f, reducing, analysis, nest, first, context.options).emit();
  });
}
