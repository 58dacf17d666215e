import { type RowsStep, type ScalarType, scalarTypeOf } from "@metrigrad/tensor";
import { Evaluator, type Values } from "../expr/evaluator.ts";
import { convertLanes } from "../expr/rules/conversion.ts";
import { type Cursor, cursorsFor, type Pointer } from "../loop/cursor.ts";
import {
  loadLanes,
  loadSplat,
  storeElement,
  storeLanes,
  withoutDenormals,
} from "../loop/lanes.ts";
import { type Chunk, chunkLoop, loop, type Range, whole } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { Space } from "../loop/space.ts";
import type { KernelOptions } from "../options.ts";
import { type FunctionBuilder, type I32, i32x4, type V128, v128 } from "../wasm/index.ts";
import { Accumulator } from "./accumulator.ts";
import type { RowProgram, RowWork } from "./rowWork.ts";

/** Terms of each lane after which a sum is folded into one of more digits. */
const limit = 128;

/** The loops of a step over rows: those of the rows, then those within a row, of which the last one is vectorised. */
export interface RowNest {
  /** Strides of outputs, then of inputs. */
  readonly space: Space;
  /** How many loops are over rows. */
  readonly kept: number;
  /** Bytes of a row of kept elements, and their strides in the loops within a row. */
  readonly keptBytes: number;
  readonly keptStrides: readonly number[];
}

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
  readonly evaluator: Evaluator;
  readonly constant: Values;
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
  /** Numbers of the row that is computed, by argument. */
  private readonly known: V128[] = [];

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
      const levelOf = (index: number) => this.levelOf(index);
      const evaluator = new Evaluator(f, work.analysis.scalars, levelOf, options);
      const constant = evaluator.enter(0, [], (index) => this.number(evaluator, work, index));
      return { ...work, evaluator, constant };
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

  /** An argument that is a number, in all lanes. */
  private number({ emitter }: Evaluator, { analysis }: RowWork, index: number): V128 {
    const known = this.known[index];
    if (known !== undefined) return known;
    const { dtype } = this.code.inputs[index] as FixedRegion;
    const from = scalarTypeOf(dtype);
    const pointer = this.pointers[this.code.outputs.length + index] as Pointer;
    const to = analysis.types.get(index) ?? from;
    return convertLanes(emitter, loadSplat(emitter, pointer, dtype), from, to);
  }

  private rows(level: number): void {
    const { kept, space } = this.code.nest;
    if (level === kept) return this.row();
    const range = level === 0 ? this.first : whole(space.sizes[level] as number);
    loop(this.f, this.cursors, level, range, () => this.rows(level + 1));
  }

  private row(): void {
    this.numbers.forEach((numbers, at) => {
      this.rowNumbers(numbers);
      const pass = this.passes[at];
      if (pass !== undefined) this.pass(pass);
    });
  }

  private enterRow(work: Ready): Values {
    return work.evaluator.enter(1, work.constant, (index) =>
      this.number(work.evaluator, work, index),
    );
  }

  private rowNumbers(work: Ready): void {
    const { evaluator, stages } = work;
    evaluator.roots(this.enterRow(work)).forEach((value, j) => {
      this.finish(evaluator, stages[j] as number, value);
    });
  }

  /** Keeps a number of the row, and stores it where it is a result. */
  private finish({ emitter: e }: Evaluator, stage: number, value: V128): void {
    const { step, outputs } = this.code;
    const number = this.f.let(value);
    this.known[step.inputs.length + stage] = number;
    step.results.forEach((result, j) => {
      if (result !== stage) return;
      const { dtype } = outputs[j] as FixedRegion;
      const lanes = this.stored(e, number, stage, j);
      this.f.do(storeElement(e, this.pointers[j] as Pointer, lanes, dtype));
    });
  }

  private stored(e: Evaluator["emitter"], value: V128, stage: number, output: number): V128 {
    const { dtype, flush } = this.code.outputs[output] as FixedRegion;
    const converted = convertLanes(e, value, this.typeOf(stage), scalarTypeOf(dtype));
    const isFloat = dtype === "f32" || dtype === "f64";
    return flush && isFloat ? withoutDenormals(e, converted, dtype) : converted;
  }

  private typeOf(stage: number): ScalarType {
    return this.code.step.stages[stage]?.expr.type ?? "float";
  }

  /** One pass over the elements of a row. */
  private pass(work: Ready): void {
    const { step, nest } = this.code;
    const { evaluator, stages, analysis } = work;
    const e = evaluator.emitter;
    const within = nest.space.sizes.slice(nest.kept);
    const vectors = Math.ceil((within.at(-1) as number) / this.lanes);
    const terms = within.slice(0, -1).reduce((product, size) => product * size, vectors);
    const sums = stages.map((stage) => {
      const { op, expr } = step.stages[stage] as RowsStep["stages"][number];
      return op === undefined ? null : new Accumulator(e, op, expr.type, terms > limit);
    });
    for (const sum of sums) sum?.reset();
    const known = this.enterRow(work);
    const most = analysis.scalars.nodes.length <= 24 || vectors <= 4 ? 4 : 1;
    const fold = () => {
      for (const sum of sums) sum?.fold();
    };
    const pause = terms > limit ? { turns: limit / most, run: fold } : null;
    const inner = (level: number): void => {
      const size = nest.space.sizes[level] as number;
      if (level < nest.space.sizes.length - 1) {
        loop(this.f, this.cursors, level, whole(size), () => inner(level + 1));
        return;
      }
      const body = (chunks: readonly Chunk[]) => this.chunks(work, known, chunks, sums);
      chunkLoop(this.f, this.cursors, level, size, this.lanes, most, body, pause);
    };
    inner(nest.kept);
    stages.forEach((stage, j) => {
      const sum = sums[j];
      if (sum) this.finish(evaluator, stage, this.everywhere(sum.across()));
    });
  }

  private chunks(
    { evaluator, stages, analysis }: Ready,
    known: Values,
    chunks: readonly Chunk[],
    sums: readonly (Accumulator | null)[],
  ): void {
    const values = chunks.map((chunk) =>
      evaluator.roots(
        evaluator.enter(2, known, (index) =>
          this.element(evaluator, index, chunk, analysis.types.get(index)),
        ),
      ),
    );
    stages.forEach((stage, j) => {
      const column = values.map((roots) => roots[j] as V128);
      const sum = sums[j];
      if (sum) {
        const full = column.filter((_, at) => chunks[at]?.count === this.lanes);
        if (full.length > 0) sum.addAll(full);
        const last = chunks.at(-1) as Chunk;
        if (last.count < this.lanes) sum.addFirst(column.at(-1) as V128, last.count);
      } else {
        column.forEach((value, at) => {
          this.storeElements(evaluator, stage, value, chunks[at] as Chunk);
        });
      }
    });
  }

  /** Elements of an argument. */
  private element(
    { emitter }: Evaluator,
    index: number,
    { first, count }: Chunk,
    type: ScalarType | undefined,
  ): V128 {
    const { inputs, outputs, step } = this.code;
    const region = inputs[index];
    if (region === undefined) {
      const { address, offset } = this.keptPlace(index - step.inputs.length, first);
      return v128.load(address, offset);
    }
    const stream = outputs.length + index;
    const stride = this.stride(stream);
    const pointer = this.pointers[stream] as Pointer;
    const { dtype } = region;
    const from = scalarTypeOf(dtype);
    const lanes = loadLanes(emitter, pointer, first * stride, stride, dtype, count);
    return convertLanes(emitter, lanes, from, type ?? from);
  }

  private storeElements(
    { emitter: e }: Evaluator,
    stage: number,
    value: V128,
    { first, count }: Chunk,
  ): void {
    const { step, program, outputs } = this.code;
    if (program.keptAt[stage] !== -1) {
      const { address, offset } = this.keptPlace(stage, first);
      this.f.do(v128.store(address, value, offset));
    }
    step.results.forEach((result, j) => {
      if (result !== stage) return;
      const { dtype } = outputs[j] as FixedRegion;
      const stride = this.stride(j);
      const lanes = this.stored(e, value, stage, j);
      const pointer = this.pointers[j] as Pointer;
      storeLanes(this.f, e, pointer, first * stride, stride, dtype, lanes, count);
    });
  }

  /** Where a vector of kept elements is: rows are padded to whole vectors. */
  private keptPlace(stage: number, first: number): { address: I32; offset: number } {
    const at = this.code.program.keptAt[stage] as number;
    const stride = 16 / this.lanes;
    const offset = at * this.code.nest.keptBytes + first * stride;
    return { address: (this.keptCursor as Cursor).at, offset };
  }

  private stride(stream: number): number {
    return this.code.nest.space.strides[stream]?.at(-1) ?? 0;
  }

  /** The first lane in all. */
  private everywhere(value: V128): V128 {
    const first = this.f.let(value);
    return i32x4.shuffle(first, first, this.lanes === 4 ? [0, 0, 0, 0] : [0, 1, 0, 1]);
  }
}
