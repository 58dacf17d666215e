import type { ReduceOp, ScalarType } from "@metrigrad/tensor";
import type { Emitter } from "../expr/emitter.ts";
import { f32x4, f64x2, i32x4, type Local, type V128, v128 } from "../wasm/index.ts";

type Combine = (x: V128, y: V128) => V128;

const floats: Readonly<Record<ReduceOp, Combine>> = {
  sum: f32x4.add,
  prod: f32x4.mul,
  // One instruction each; they pass over a NaN in the second operand, which is noted apart.
  max: f32x4.pmax,
  min: f32x4.pmin,
};
const integers: Readonly<Record<ReduceOp, Combine>> = {
  sum: i32x4.add,
  prod: i32x4.mul,
  max: i32x4.max_s,
  min: i32x4.min_s,
};
const tables: Readonly<Record<ScalarType, Readonly<Record<ReduceOp, Combine>>>> = {
  float: floats,
  i32: integers,
  u32: { ...integers, max: i32x4.max_u, min: i32x4.min_u },
  bool: { sum: v128.or, max: v128.or, prod: v128.and, min: v128.and },
};

/** The value of a reduction over nothing, as a number of its type. */
export function identityOf(op: ReduceOp, type: ScalarType): number {
  if (op === "sum") return 0;
  if (op === "prod") return 1;
  if (type === "bool") return op === "max" ? 0 : 1;
  if (type === "u32") return op === "max" ? 0 : 2 ** 32 - 1;
  if (type === "i32") return op === "max" ? -(2 ** 31) : 2 ** 31 - 1;
  return op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Second half of four lanes in front. */
function high(v: V128): V128 {
  return i32x4.shuffle(v, v, [2, 3, 2, 3]);
}

/**
 * Four lanes of a running reduction. A long float sum is kept in two parts: a float32 sum of the
 * last terms, folded now and then into float64.
 */
export class Accumulator {
  private readonly e: Emitter;
  private readonly op: ReduceOp;
  private readonly type: ScalarType;
  private readonly combine: Combine;
  private readonly lanes: Local<"v128">;
  /** Totals of lanes 0–1 and 2–3. */
  private readonly wide: readonly [Local<"v128">, Local<"v128">] | null;
  /** Where a NaN was met, for float extremes. */
  private readonly unordered: Local<"v128"> | null;

  constructor(e: Emitter, op: ReduceOp, type: ScalarType, long: boolean) {
    this.e = e;
    this.op = op;
    this.type = type;
    this.combine = tables[type][op];
    this.lanes = e.f.local("v128");
    const wide = long && op === "sum" && type === "float";
    this.wide = wide ? [e.f.local("v128"), e.f.local("v128")] : null;
    const extreme = type === "float" && (op === "max" || op === "min");
    this.unordered = extreme ? e.f.local("v128") : null;
  }

  /** Starts a new reduction. */
  reset(): void {
    this.e.f.set(this.lanes, this.identity());
    for (const total of this.wide ?? []) this.e.f.set(total, this.e.bits(0));
    if (this.unordered) this.e.f.set(this.unordered, this.e.bits(0));
  }

  /** Takes four lanes. */
  add(value: V128): void {
    this.addAll([value]);
  }

  /** Takes four lanes each of several vectors, pair by pair. */
  addAll(values: readonly V128[]): void {
    if (this.unordered) {
      const nans = values.map((value) => f32x4.ne(value, value));
      const any = nans.reduce((x, y) => v128.or(x, y));
      this.e.f.set(this.unordered, v128.or(this.unordered, any));
    }
    let level = [...values];
    while (level.length > 1) {
      const pairs: V128[] = [];
      for (let i = 0; i < level.length; i += 2) {
        const [x, y] = [level[i] as V128, level[i + 1]];
        pairs.push(y ? this.e.let(this.combine(x, y)) : x);
      }
      level = pairs;
    }
    this.e.f.set(this.lanes, this.combine(this.lanes, level[0] as V128));
  }

  /** Takes the first lane only. */
  addFirst(value: V128): void {
    const only = v128.const(-1, 0, 0, 0);
    this.add(
      this.op === "sum" ? v128.and(value, only) : v128.bitselect(value, this.identity(), only),
    );
  }

  /** Moves what has come together into the totals; to be called at least every 128 terms. */
  fold(): void {
    if (!this.wide) return;
    const { f } = this.e;
    const [low, top] = this.wide;
    f.set(low, f64x2.add(low, f64x2.promote_low_f32x4(this.lanes)));
    f.set(top, f64x2.add(top, f64x2.promote_low_f32x4(high(this.lanes))));
    f.set(this.lanes, this.e.bits(0));
  }

  /** The reduction lane by lane, after the last fold. */
  perLane(): V128 {
    if (this.unordered) return this.withNaN(this.lanes, this.unordered);
    if (!this.wide) return this.lanes;
    const [low, top] = this.wide.map((total) => f32x4.demote_f64x2_zero(total)) as [V128, V128];
    return i32x4.shuffle(low, top, [0, 1, 4, 5]);
  }

  /** The reduction of all four lanes, in the first one. */
  across(): V128 {
    if (this.wide) {
      const both = this.e.let(f64x2.add(...this.wide));
      return f32x4.demote_f64x2_zero(f64x2.add(both, high(both)));
    }
    const fold = (lanes: V128, combine: Combine) => {
      const half = this.e.let(combine(lanes, high(lanes)));
      return combine(half, i32x4.shuffle(half, half, [1, 1, 1, 1]));
    };
    const result = fold(this.lanes, this.combine);
    return this.unordered ? this.withNaN(result, fold(this.unordered, v128.or)) : result;
  }

  private withNaN(value: V128, mask: V128): V128 {
    return v128.or(value, v128.and(mask, this.e.float(Number.NaN)));
  }

  private identity(): V128 {
    const value = identityOf(this.op, this.type);
    if (this.type === "float") return this.e.float(value);
    return this.e.bits(this.type === "bool" ? -value : value);
  }
}
