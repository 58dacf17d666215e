import { type RowProgram, type RowsStep, type ScalarType, scalarTypeOf } from "@metrigrad/tensor";
import type { Emitter } from "../expr/emitter.ts";
import { convertLanes } from "../expr/rules/conversion.ts";
import { type Cursor, cursorsFor, type Pointer } from "../loop/cursor.ts";
import { bytesOf, loadLanes, storeLanes, withoutDenormals } from "../loop/lanes.ts";
import type { Chunk } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { type FunctionBuilder, type I32, type V128, v128 } from "../wasm/index.ts";
import type { RowNest } from "./rowNest.ts";

/** What a step over rows is emitted from. */
export interface RowsCode {
  readonly step: RowsStep;
  readonly program: RowProgram;
  readonly nest: RowNest;
  readonly inputs: readonly FixedRegion[];
  readonly outputs: readonly FixedRegion[];
}

/** A vector: its row among those that are computed at once, its first element, and the number of its lanes. */
export interface Spot extends Chunk {
  readonly row: number;
}

/** The places of inputs, outputs and kept elements of a step over rows while its loops run. */
export class RowMemory {
  readonly cursors: readonly Cursor[];
  private readonly f: FunctionBuilder;
  private readonly code: RowsCode;
  private readonly pointers: readonly Pointer[];
  private readonly keptCursor: Cursor | null;

  /** Makes the memory; kept elements are at `own`, if there are any. */
  constructor(f: FunctionBuilder, code: RowsCode, own: I32 | null) {
    const { space, kept, keptStrides } = code.nest;
    this.f = f;
    this.code = code;
    const regions = [...code.outputs, ...code.inputs];
    const streams = regions.map(({ base }, i) => ({ base, strides: space.strides[i] ?? [] }));
    const { pointers, cursors } = cursorsFor(f, streams);
    const strides = [...new Array<number>(kept).fill(0), ...keptStrides];
    this.pointers = pointers;
    this.keptCursor = own === null ? null : { strides, at: f.local("i32", own) };
    this.cursors = this.keptCursor === null ? cursors : [...cursors, this.keptCursor];
  }

  /** Returns an input that is a number per row, or for all rows. */
  number(e: Emitter, index: number, type: ScalarType | undefined, spot: Spot): V128 {
    const stream = this.code.outputs.length + index;
    const stride = this.code.nest.across ? this.rowStride(stream) : 0;
    return this.load(e, index, stride, type, spot);
  }

  /** Returns the elements of an argument. */
  elements(e: Emitter, index: number, type: ScalarType | undefined, spot: Spot): V128 {
    const { inputs, outputs } = this.code;
    if (index < inputs.length)
      return this.load(e, index, this.stride(outputs.length + index), type, spot);
    const { address, offset } = this.keptPlace(index - inputs.length, spot);
    return v128.load(address, offset);
  }

  /** Stores a number per row if it is a result. */
  storeNumber(e: Emitter, stage: number, value: V128, spot: Spot): void {
    const stride = (j: number) =>
      this.code.nest.across
        ? this.rowStride(j)
        : bytesOf((this.code.outputs[j] as FixedRegion).dtype);
    this.store(e, stage, value, stride, spot);
  }

  /** Stores elements if they are a result, and if a later pass reads them. */
  storeElements(e: Emitter, stage: number, value: V128, spot: Spot): void {
    if (this.code.program.keptAt[stage] !== -1) {
      const { address, offset } = this.keptPlace(stage, spot);
      this.f.do(v128.store(address, value, offset));
    }
    this.store(e, stage, value, (j) => this.stride(j), spot);
  }

  private load(
    e: Emitter,
    index: number,
    stride: number,
    type: ScalarType | undefined,
    spot: Spot,
  ): V128 {
    const { inputs, outputs } = this.code;
    const { dtype } = inputs[index] as FixedRegion;
    const stream = outputs.length + index;
    const pointer = this.pointers[stream] as Pointer;
    const from = scalarTypeOf(dtype);
    const lanes = loadLanes(e, pointer, this.offset(stream, spot), stride, dtype, spot.count);
    return convertLanes(e, lanes, from, type ?? from);
  }

  private store(
    e: Emitter,
    stage: number,
    value: V128,
    stride: (output: number) => number,
    spot: Spot,
  ): void {
    const { step, outputs } = this.code;
    const from = step.stages[stage]?.expr.type ?? "float";
    step.results.forEach((result, j) => {
      if (result !== stage) return;
      const { dtype, flush } = outputs[j] as FixedRegion;
      const converted = convertLanes(e, value, from, scalarTypeOf(dtype));
      const isFloat = dtype === "f32" || dtype === "f64";
      const lanes = flush && isFloat ? withoutDenormals(e, converted, dtype) : converted;
      const [pointer, by] = [this.pointers[j] as Pointer, this.offset(j, spot)];
      storeLanes(this.f, e, pointer, by, stride(j), dtype, lanes, spot.count);
    });
  }

  /** Returns the place of a vector of kept elements. Rows are padded to whole vectors. */
  private keptPlace(stage: number, { row, first }: Spot): { address: I32; offset: number } {
    const { nest, program } = this.code;
    const at = row * program.kept + (program.keptAt[stage] as number);
    const offset = at * nest.keptBytes + first * (nest.keptStrides.at(-1) as number);
    return { address: (this.keptCursor as Cursor).at, offset };
  }

  /** Returns the bytes from the cursor of a stream to a vector. */
  private offset(stream: number, { row, first }: Spot): number {
    const within = this.code.nest.space.strides[stream]?.at(-1) ?? 0;
    return row * this.rowStride(stream) + first * within;
  }

  /** Returns the bytes from one lane of a stream to the next. */
  private stride(stream: number): number {
    const { across, space } = this.code.nest;
    return across ? this.rowStride(stream) : (space.strides[stream]?.at(-1) ?? 0);
  }

  /** Returns the bytes from one row of a stream to the next. */
  private rowStride(stream: number): number {
    const { space, kept } = this.code.nest;
    return space.strides[stream]?.[kept - 1] ?? 0;
  }
}
