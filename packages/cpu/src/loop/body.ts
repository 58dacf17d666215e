import { type Expr, type ScalarType, scalarTypeOf } from "@metrigrad/tensor";
import { Evaluator, type Values } from "../expr/evaluator.ts";
import { convertLanes } from "../expr/rules/conversion.ts";
import { type Scalars, scalarsOf } from "../expr/scalars.ts";
import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder, V128 } from "../wasm/index.ts";
import { type Cursor, cursorsFor, type Pointer } from "./cursor.ts";
import { loadLanes, loadSplat, storeElement, storeLanes, withoutDenormals } from "./lanes.ts";
import type { Turn } from "./nest.ts";
import type { Region } from "./region.ts";
import type { Space } from "./space.ts";

/** Expressions of strided inputs, and the places of their results. */
export interface Fused {
  readonly inputs: readonly Region[];
  readonly exprs: readonly Expr[];
  readonly outputs: readonly Region[];
}

/** The sub-expressions, and the types that they need of their arguments. */
export interface Analysis {
  readonly scalars: Scalars;
  readonly types: ReadonlyMap<number, ScalarType>;
}

export function analyse(exprs: readonly Expr[]): Analysis {
  const scalars = scalarsOf(exprs);
  const types = new Map<number, ScalarType>();
  for (const node of scalars.nodes) if (node.op === "arg") types.set(node.index, node.type);
  return { scalars, types };
}

/** Returns the strides of outputs, then of inputs. An input that is not read does not keep axes apart. */
export function streamStrides(fused: Fused, { types }: Analysis): readonly (readonly number[])[] {
  const inputs = fused.inputs.map(({ shape, strides }, i) =>
    types.has(i) ? strides : shape.map(() => 0),
  );
  return [...fused.outputs.map(({ strides }) => strides), ...inputs];
}

/** Emits the body of a loop nest: loads, expressions, stores. */
export class LoopBody {
  readonly cursors: readonly Cursor[];
  readonly evaluator: Evaluator;
  private readonly f: FunctionBuilder;
  private readonly fused: Fused;
  private readonly analysis: Analysis;
  private readonly space: Space;
  private readonly pointers: readonly Pointer[];
  private readonly vectorLevel: number;

  /** Makes a body; `vectorLevel` is the loop that runs over a vector at a time. */
  constructor(
    f: FunctionBuilder,
    fused: Fused,
    analysis: Analysis,
    space: Space,
    vectorLevel: number,
    options: KernelOptions,
  ) {
    const regions = [...fused.outputs, ...fused.inputs];
    const strides = space.strides;
    const streams = regions.map(({ base }, i) => ({ base, strides: strides[i] ?? [] }));
    const { pointers, cursors } = cursorsFor(f, streams);
    const inputs = fused.outputs.length;
    const levelOf = (index: number) =>
      (strides[inputs + index] ?? []).findLastIndex((stride) => stride !== 0) + 1;
    this.f = f;
    this.fused = fused;
    this.analysis = analysis;
    this.space = space;
    this.vectorLevel = vectorLevel;
    this.pointers = pointers;
    this.cursors = cursors;
    this.evaluator = new Evaluator(f, analysis.scalars, levelOf, options);
  }

  /** Evaluates what changes in loop `level` (1 is the outermost; at 0 nothing changes). */
  enter(level: number, known: Values, turn: Turn, vector = 0): Values {
    return this.evaluator.enter(level, known, (index) => this.load(index, turn, vector));
  }

  /** Stores all lanes, or the first of them, to an output. */
  store(output: number, value: V128, from: ScalarType, turn: Turn, vector = 0): void {
    const { dtype, flush } = this.fused.outputs[output] as Region;
    const pointer = this.pointers[output] as Pointer;
    const e = this.evaluator.emitter;
    const converted = convertLanes(e, value, from, scalarTypeOf(dtype));
    const isFloat = dtype === "f32" || dtype === "f64";
    const lanes = flush && isFloat ? withoutDenormals(e, converted, dtype) : converted;
    if (turn.kind === "element") {
      this.f.do(storeElement(e, pointer, lanes, dtype));
    } else {
      const stride = this.stride(output);
      storeLanes(this.f, e, pointer, e.floats.lanes * vector * stride, stride, dtype, lanes);
    }
  }

  private stride(stream: number): number {
    return this.space.strides[stream]?.[this.vectorLevel] ?? 0;
  }

  private load(index: number, turn: Turn, vector: number): V128 {
    const stream = this.fused.outputs.length + index;
    const { dtype } = this.fused.inputs[index] as Region;
    const pointer = this.pointers[stream] as Pointer;
    const e = this.evaluator.emitter;
    const stride = this.stride(stream);
    const lanes =
      turn.kind === "element" || stride === 0
        ? loadSplat(e, pointer, dtype)
        : loadLanes(e, pointer, e.floats.lanes * vector * stride, stride, dtype);
    const from = scalarTypeOf(dtype);
    return convertLanes(e, lanes, from, this.analysis.types.get(index) ?? from);
  }
}
