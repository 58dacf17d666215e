import type { RowsStep, RowWork } from "@metrigrad/tensor";
import { Evaluator, type Values } from "../expr/evaluator.ts";
import { type Analysis, analyse } from "../loop/body.ts";
import { type Chunk, chunkLoop, loop, type Range, vectorLoop, whole } from "../loop/nest.ts";
import type { KernelOptions } from "../options.ts";
import { type FunctionBuilder, type I32, i32x4, type V128 } from "../wasm/index.ts";
import { Accumulator } from "./accumulator.ts";
import { RowMemory, type RowsCode, type Spot } from "./rowMemory.ts";

/** The number of terms of each lane after which a sum is folded into one with more digits. */
const limit = 128;

/** A work with the values that do not change between rows. */
interface Ready extends RowWork {
  readonly analysis: Analysis;
  readonly evaluator: Evaluator;
  readonly constant: Values;
}

/** Emits the rows in `first`, with the memory of kept elements at `own`. */
export class RowLoops {
  private readonly f: FunctionBuilder;
  private readonly code: RowsCode;
  private readonly first: Range;
  private readonly lanes: number;
  private readonly memory: RowMemory;
  private readonly numbers: readonly Ready[];
  private readonly passes: readonly Ready[];
  /** The numbers of the rows that are being computed, by row and argument. */
  private known: V128[][] = [[]];

  constructor(
    f: FunctionBuilder,
    code: RowsCode,
    first: Range,
    own: I32 | null,
    options: KernelOptions,
  ) {
    this.f = f;
    this.code = code;
    this.first = first;
    this.lanes = options.floats.lanes;
    this.memory = new RowMemory(f, code, own);
    const ready = (work: RowWork): Ready => {
      const analysis = analyse(work.exprs);
      const levelOf = (index: number) => this.levelOf(index);
      const evaluator = new Evaluator(f, analysis.scalars, levelOf, options);
      const none = { row: 0, first: 0, count: 1 };
      const load = (index: number) => this.number(evaluator, analysis, index, none);
      return { ...work, analysis, evaluator, constant: evaluator.enter(0, [], load) };
    };
    this.numbers = code.program.numbers.map(ready);
    this.passes = code.program.passes.map(ready);
  }

  emit(): void {
    this.rows(0);
  }

  /**
   * Returns the level of an argument: 0 if it never changes, 1 if it changes with every row, 2 if it changes within a
   * row.
   */
  private levelOf(index: number): number {
    const { inputs, shape, stages } = this.code.step;
    const view = inputs[index];
    if (view === undefined) return stages[index - inputs.length]?.per === "row" ? 1 : 2;
    if (view.shape.length === shape.length) return 2;
    return view.strides.every((stride) => stride === 0) ? 0 : 1;
  }

  /** Emits the loops over rows. The last one takes several rows at once. */
  private rows(level: number): void {
    const { kept, space, across, rows } = this.code.nest;
    const range = level === 0 ? this.first : whole(space.sizes[level] as number);
    if (level < kept - 1) {
      loop(this.f, this.memory.cursors, level, range, () => this.rows(level + 1));
      return;
    }
    const [lanes, counts] = across ? [this.lanes, [1]] : [1, rows === 1 ? [] : [rows]];
    vectorLoop(this.f, this.memory.cursors, level, range, lanes, counts, ({ kind }) => {
      const several = kind === "vectors";
      if (across) this.block([{ row: 0, first: 0, count: several ? this.lanes : 1 }]);
      else {
        const all = Array.from({ length: several ? rows : 1 }, (_, row) => row);
        this.block(all.map((row) => ({ row, first: 0, count: 1 })));
      }
    });
  }

  /** Emits some rows at once, or one per lane. */
  private block(spots: readonly Spot[]): void {
    this.known = spots.map(() => []);
    this.numbers.forEach((numbers, at) => {
      for (const spot of spots) this.rowNumbers(numbers, spot);
      const pass = this.passes[at];
      if (pass !== undefined) this.pass(pass, spots);
    });
  }

  private enterRow(work: Ready, spot: Spot): Values {
    const load = (index: number) => this.number(work.evaluator, work.analysis, index, spot);
    return work.evaluator.enter(1, work.constant, load);
  }

  private rowNumbers(work: Ready, spot: Spot): void {
    const { evaluator, stages } = work;
    evaluator.roots(this.enterRow(work, spot)).forEach((value, j) => {
      this.finish(evaluator, stages[j] as number, value, spot);
    });
  }

  /** Keeps a number of a row, and stores it if it is a result. */
  private finish({ emitter }: Evaluator, stage: number, value: V128, spot: Spot): void {
    const number = this.f.let(value);
    const index = this.code.inputs.length + stage;
    (this.known[spot.row] as V128[])[index] = number;
    this.memory.storeNumber(emitter, stage, number, spot);
  }

  /** Emits one pass over the elements of rows. */
  private pass(work: Ready, spots: readonly Spot[]): void {
    const { step, nest } = this.code;
    const { evaluator, stages, analysis } = work;
    const within = nest.space.sizes.slice(nest.kept);
    const lanes = nest.across ? 1 : this.lanes;
    const vectors = Math.ceil((within.at(-1) as number) / lanes);
    const terms = within.slice(0, -1).reduce((product, size) => product * size, vectors);
    const sums = spots.map(() =>
      stages.map((stage) => {
        const { op, expr } = step.stages[stage] as RowsStep["stages"][number];
        if (op === undefined) return null;
        return new Accumulator(evaluator.emitter, op, expr.type, terms > limit);
      }),
    );
    for (const sum of sums.flat()) sum?.reset();
    const known = spots.map((spot) => this.enterRow(work, spot));
    const short = analysis.scalars.nodes.length <= 24 || vectors <= 4;
    const most = short ? 4 / spots.length : 1;
    const fold = () => {
      for (const sum of sums.flat()) sum?.fold();
    };
    const pause = terms > limit ? { turns: limit / most, run: fold } : null;
    const body = (chunks: readonly Chunk[]) => {
      spots.forEach((spot, at) => {
        const own = chunks.map(({ first, count }): Spot => {
          return { row: spot.row, first, count: nest.across ? spot.count : count };
        });
        this.chunks(work, known[at] as Values, own, sums[at] as Sums);
      });
    };
    const inner = (level: number): void => {
      const size = nest.space.sizes[level] as number;
      if (level === nest.space.sizes.length - 1)
        chunkLoop(this.f, this.memory.cursors, level, size, lanes, most, body, pause);
      else loop(this.f, this.memory.cursors, level, whole(size), () => inner(level + 1));
    };
    inner(nest.kept);
    spots.forEach((spot, at) => {
      stages.forEach((stage, j) => {
        const sum = sums[at]?.[j];
        if (!sum) return;
        const value = nest.across ? sum.perLane() : this.everywhere(sum.across());
        this.finish(evaluator, stage, value, spot);
      });
    });
  }

  /** Evaluates a pass for vectors of one row, or of one row per lane. */
  private chunks(work: Ready, known: Values, spots: readonly Spot[], sums: Sums): void {
    const { evaluator, stages, analysis } = work;
    const values = spots.map((spot) => {
      const load = (index: number) =>
        this.memory.elements(evaluator.emitter, index, analysis.types.get(index), spot);
      return evaluator.roots(evaluator.enter(2, known, load));
    });
    const isFull = ({ count }: Spot) => this.code.nest.across || count === this.lanes;
    stages.forEach((stage, j) => {
      const column = values.map((roots) => roots[j] as V128);
      const sum = sums[j];
      if (sum) {
        const full = column.filter((_, at) => isFull(spots[at] as Spot));
        if (full.length > 0) sum.addAll(full);
        const last = spots.at(-1) as Spot;
        if (!isFull(last)) sum.addFirst(column.at(-1) as V128, last.count);
      } else {
        column.forEach((value, at) => {
          this.memory.storeElements(evaluator.emitter, stage, value, spots[at] as Spot);
        });
      }
    });
  }

  /** Returns an argument that is a number per row, or for all rows. */
  private number({ emitter }: Evaluator, { types }: Analysis, index: number, spot: Spot): V128 {
    const known = this.known[spot.row]?.[index];
    return known ?? this.memory.number(emitter, index, types.get(index), spot);
  }

  /** Returns the first lane in all lanes. */
  private everywhere(value: V128): V128 {
    const first = this.f.let(value);
    return i32x4.shuffle(first, first, this.lanes === 4 ? [0, 0, 0, 0] : [0, 1, 0, 1]);
  }
}

/** The sums of a row, by the stages of a pass; null for elements. */
type Sums = readonly (Accumulator | null)[];
