import {
  type RowProgram,
  type RowsStep,
  type RowWork,
  type ScalarType,
  scalarTypeOf,
} from "@metrigrad/tensor";
import { Evaluator, type Values } from "../expr/evaluator.ts";
import { convertLanes } from "../expr/rules/conversion.ts";
import { type Analysis, analyse } from "../loop/body.ts";
import { type Cursor, cursorsFor, type Pointer } from "../loop/cursor.ts";
import { bytesOf, loadLanes, storeLanes, withoutDenormals } from "../loop/lanes.ts";
import { type Chunk, chunkLoop, loop, type Range, vectorLoop, whole } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { KernelOptions } from "../options.ts";
import { type FunctionBuilder, type I32, i32x4, type V128, v128 } from "../wasm/index.ts";
import { Accumulator } from "./accumulator.ts";
import type { RowNest } from "./rowNest.ts";

/** Terms of each lane after which a sum is folded into one of more digits. */
const limit = 128;

/** What a step over rows is emitted from. */
export interface RowsCode {
  readonly step: RowsStep;
  readonly program: RowProgram;
  readonly nest: RowNest;
  readonly inputs: readonly FixedRegion[];
  readonly outputs: readonly FixedRegion[];
}

/** A work with the values that do not change between rows. */
interface Ready extends RowWork {
  readonly analysis: Analysis;
  readonly evaluator: Evaluator;
  readonly constant: Values;
}

/** A vector: its row among those that are computed at once, its first element, and how many lanes it has. */
interface Spot extends Chunk {
  readonly row: number;
}

/** Emits the rows in `first`, with the memory of kept elements at `own`. */
export class RowLoops {
  private readonly f: FunctionBuilder;
  private readonly code: RowsCode;
  private readonly first: Range;
  private readonly lanes: number;
  private readonly pointers: readonly Pointer[];
  private readonly cursors: readonly Cursor[];
  private readonly keptCursor: Cursor | null;
  private readonly numbers: readonly Ready[];
  private readonly passes: readonly Ready[];
  /** Numbers of the rows that are computed, by row and argument. */
  private known: V128[][] = [[]];

  constructor(
    f: FunctionBuilder,
    code: RowsCode,
    first: Range,
    own: I32 | null,
    options: KernelOptions,
  ) {
    const { space, kept, keptStrides } = code.nest;
    this.f = f;
    this.code = code;
    this.first = first;
    this.lanes = options.floats.lanes;
    const regions = [...code.outputs, ...code.inputs];
    const streams = regions.map(({ base }, i) => ({ base, strides: space.strides[i] ?? [] }));
    const { pointers, cursors } = cursorsFor(f, streams);
    const strides = [...new Array<number>(kept).fill(0), ...keptStrides];
    this.keptCursor = own === null ? null : { strides, at: f.local("i32", own) };
    this.pointers = pointers;
    this.cursors = this.keptCursor === null ? cursors : [...cursors, this.keptCursor];
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

  /** 0: an argument never changes; 1: with every row; 2: within a row. */
  private levelOf(index: number): number {
    const { inputs, shape, stages } = this.code.step;
    const view = inputs[index];
    if (view === undefined) return stages[index - inputs.length]?.per === "row" ? 1 : 2;
    if (view.shape.length === shape.length) return 2;
    return view.strides.every((stride) => stride === 0) ? 0 : 1;
  }

  /** The loops over rows; the last one takes several at once. */
  private rows(level: number): void {
    const { kept, space, across, rows } = this.code.nest;
    const range = level === 0 ? this.first : whole(space.sizes[level] as number);
    if (level < kept - 1) {
      loop(this.f, this.cursors, level, range, () => this.rows(level + 1));
      return;
    }
    const [lanes, counts] = across ? [this.lanes, [1]] : [1, rows === 1 ? [] : [rows]];
    vectorLoop(this.f, this.cursors, level, range, lanes, counts, ({ kind }) => {
      const several = kind === "vectors";
      if (across) this.block([{ row: 0, first: 0, count: several ? this.lanes : 1 }]);
      else {
        const all = Array.from({ length: several ? rows : 1 }, (_, row) => row);
        this.block(all.map((row) => ({ row, first: 0, count: 1 })));
      }
    });
  }

  /** Some rows at once, or one per lane. */
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

  /** Keeps a number of a row, and stores it where it is a result. */
  private finish({ emitter: e }: Evaluator, stage: number, value: V128, spot: Spot): void {
    const { step, outputs, nest } = this.code;
    const number = this.f.let(value);
    (this.known[spot.row] as V128[])[step.inputs.length + stage] = number;
    step.results.forEach((result, j) => {
      if (result !== stage) return;
      const { dtype } = outputs[j] as FixedRegion;
      const lanes = this.stored(e, number, stage, j);
      const stride = nest.across ? this.rowStride(j) : bytesOf(dtype);
      const pointer = this.pointers[j] as Pointer;
      storeLanes(this.f, e, pointer, this.offset(j, spot), stride, dtype, lanes, spot.count);
    });
  }

  private stored(e: Evaluator["emitter"], value: V128, stage: number, output: number): V128 {
    const { dtype, flush } = this.code.outputs[output] as FixedRegion;
    const from = this.code.step.stages[stage]?.expr.type ?? "float";
    const converted = convertLanes(e, value, from, scalarTypeOf(dtype));
    const isFloat = dtype === "f32" || dtype === "f64";
    return flush && isFloat ? withoutDenormals(e, converted, dtype) : converted;
  }

  /** One pass over the elements of rows. */
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
        chunkLoop(this.f, this.cursors, level, size, lanes, most, body, pause);
      else loop(this.f, this.cursors, level, whole(size), () => inner(level + 1));
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
        this.element(evaluator, index, spot, analysis.types.get(index));
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
          this.storeElements(evaluator, stage, value, spots[at] as Spot);
        });
      }
    });
  }

  /** An argument that is a number per row, or for all. */
  private number({ emitter: e }: Evaluator, { types }: Analysis, index: number, spot: Spot): V128 {
    const { nest, inputs, outputs } = this.code;
    const known = this.known[spot.row]?.[index];
    if (known !== undefined) return known;
    const { dtype } = inputs[index] as FixedRegion;
    const from = scalarTypeOf(dtype);
    const stream = outputs.length + index;
    const pointer = this.pointers[stream] as Pointer;
    const stride = nest.across ? this.rowStride(stream) : 0;
    const lanes = loadLanes(e, pointer, this.offset(stream, spot), stride, dtype, spot.count);
    return convertLanes(e, lanes, from, types.get(index) ?? from);
  }

  /** Elements of an argument. */
  private element(
    { emitter }: Evaluator,
    index: number,
    spot: Spot,
    type: ScalarType | undefined,
  ): V128 {
    const { inputs, outputs, step } = this.code;
    const region = inputs[index];
    if (region === undefined) {
      const { address, offset } = this.keptPlace(index - step.inputs.length, spot);
      return v128.load(address, offset);
    }
    const stream = outputs.length + index;
    const pointer = this.pointers[stream] as Pointer;
    const { dtype } = region;
    const from = scalarTypeOf(dtype);
    const [by, stride] = [this.offset(stream, spot), this.stride(stream)];
    const lanes = loadLanes(emitter, pointer, by, stride, dtype, spot.count);
    return convertLanes(emitter, lanes, from, type ?? from);
  }

  private storeElements({ emitter: e }: Evaluator, stage: number, value: V128, spot: Spot): void {
    const { step, program, outputs } = this.code;
    if (program.keptAt[stage] !== -1) {
      const { address, offset } = this.keptPlace(stage, spot);
      this.f.do(v128.store(address, value, offset));
    }
    step.results.forEach((result, j) => {
      if (result !== stage) return;
      const { dtype } = outputs[j] as FixedRegion;
      const lanes = this.stored(e, value, stage, j);
      const [pointer, by] = [this.pointers[j] as Pointer, this.offset(j, spot)];
      storeLanes(this.f, e, pointer, by, this.stride(j), dtype, lanes, spot.count);
    });
  }

  /** Where a vector of kept elements is; rows are padded to whole vectors. */
  private keptPlace(stage: number, { row, first }: Spot): { address: I32; offset: number } {
    const { nest, program } = this.code;
    const at = row * program.kept + (program.keptAt[stage] as number);
    const offset = at * nest.keptBytes + first * (nest.keptStrides.at(-1) as number);
    return { address: (this.keptCursor as Cursor).at, offset };
  }

  /** Bytes from where the cursor of a stream is to a vector. */
  private offset(stream: number, { row, first }: Spot): number {
    const within = this.code.nest.space.strides[stream]?.at(-1) ?? 0;
    return row * this.rowStride(stream) + first * within;
  }

  /** Bytes from one lane of a stream to the next. */
  private stride(stream: number): number {
    const { across, space } = this.code.nest;
    return across ? this.rowStride(stream) : (space.strides[stream]?.at(-1) ?? 0);
  }

  /** Bytes from one row of a stream to the next. */
  private rowStride(stream: number): number {
    const { space, kept } = this.code.nest;
    return space.strides[stream]?.[kept - 1] ?? 0;
  }

  /** The first lane in all. */
  private everywhere(value: V128): V128 {
    const first = this.f.let(value);
    return i32x4.shuffle(first, first, this.lanes === 4 ? [0, 0, 0, 0] : [0, 1, 0, 1]);
  }
}

/** The sums of a row, by the stages of a pass; null for elements. */
type Sums = readonly (Accumulator | null)[];
