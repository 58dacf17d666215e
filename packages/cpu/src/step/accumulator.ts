import type { ReduceOp, ScalarType } from "@metrigrad/tensor";
import type { Emitter } from "../expr/emitter.ts";
import { i32x4, type Local, type V128, v128 } from "../wasm/index.ts";
import { type Total, totalOf } from "./total.ts";

type Combine = (x: V128, y: V128) => V128;

const integers: Readonly<Record<ReduceOp, Combine>> = {
  sum: i32x4.add,
  prod: i32x4.mul,
  max: i32x4.max_s,
  min: i32x4.min_s,
};
const tables: Readonly<Record<Exclude<ScalarType, "float">, Readonly<Record<ReduceOp, Combine>>>> =
  {
    i32: integers,
    u32: { ...integers, max: i32x4.max_u, min: i32x4.min_u },
    bool: { sum: v128.or, max: v128.or, prod: v128.and, min: v128.and },
  };

/** Returns how values combine. Extremes of floats skip a NaN in the second operand, which is noted apart. */
function combinerOf({ vec }: Emitter, op: ReduceOp, type: ScalarType): Combine {
  if (type !== "float") return tables[type][op];
  return { sum: vec.add, prod: vec.mul, max: vec.pmax, min: vec.pmin }[op];
}

/** Returns the value of a reduction over nothing, as a number of its type. */
export function identityOf(op: ReduceOp, type: ScalarType): number {
  if (op === "sum") return 0;
  if (op === "prod") return 1;
  if (type === "bool") return op === "max" ? 0 : 1;
  if (type === "u32") return op === "max" ? 0 : 2 ** 32 - 1;
  if (type === "i32") return op === "max" ? -(2 ** 31) : 2 ** 31 - 1;
  return op === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Returns a vector with its second half in front. */
function high(v: V128): V128 {
  return i32x4.shuffle(v, v, [2, 3, 2, 3]);
}

/**
 * The lanes of a running reduction.
 *
 * A long float sum is kept in two parts: a sum of the last terms, which is folded now and then into one with more
 * digits (see `total.ts`).
 */
export class Accumulator {
  private readonly e: Emitter;
  private readonly op: ReduceOp;
  private readonly type: ScalarType;
  private readonly combine: Combine;
  private readonly lanes: Local<"v128">;
  private readonly total: Total | null;
  /** Where a NaN was met, for extremes of floats. */
  private readonly unordered: Local<"v128"> | null;

  constructor(e: Emitter, op: ReduceOp, type: ScalarType, long: boolean) {
    this.e = e;
    this.op = op;
    this.type = type;
    this.combine = combinerOf(e, op, type);
    this.lanes = e.f.local("v128");
    this.total = long && op === "sum" && type === "float" ? totalOf(e) : null;
    const extreme = type === "float" && (op === "max" || op === "min");
    this.unordered = extreme ? e.f.local("v128") : null;
  }

  /** Starts a new reduction. */
  reset(): void {
    this.e.f.set(this.lanes, this.identity());
    this.total?.reset();
    if (this.unordered) this.e.f.set(this.unordered, this.e.bits(0));
  }

  /** Adds a vector. */
  add(value: V128): void {
    this.addAll([value]);
  }

  /** Adds several vectors, pair by pair. */
  addAll(values: readonly V128[]): void {
    if (this.unordered) {
      const nans = values.map((value) => this.e.vec.ne(value, value));
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

  /** Adds the first lane only, or so many lanes. */
  addFirst(value: V128, count = 1): void {
    const word = (at: number) => (at * this.e.floats.lanes < 4 * count ? -1 : 0);
    const only = v128.const(word(0), word(1), word(2), word(3));
    this.add(
      this.op === "sum" ? v128.and(value, only) : v128.bitselect(value, this.identity(), only),
    );
  }

  /** Moves the sum of the last terms into the total. Call it at least every 128 terms. */
  fold(): void {
    if (!this.total) return;
    this.total.take(this.lanes);
    this.e.f.set(this.lanes, this.e.bits(0));
  }

  /** Returns the reduction lane by lane, after the last fold. */
  perLane(): V128 {
    if (this.unordered) return this.withNaN(this.lanes, this.unordered);
    return this.total ? this.total.perLane() : this.lanes;
  }

  /** Returns the reduction of all lanes, in the first one. */
  across(): V128 {
    if (this.total) return this.total.across();
    const fold = (lanes: V128, combine: Combine) => {
      const half = combine(lanes, high(lanes));
      if (this.e.floats.lanes === 2) return half;
      const pair = this.e.let(half);
      return combine(pair, i32x4.shuffle(pair, pair, [1, 1, 1, 1]));
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
