import type { ScalarType } from "@metrigrad/tensor";
import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type FloatVectors,
  type FunctionBuilder,
  type Gap,
  i32x4,
  type Local,
  type V128,
  v128,
} from "../wasm/index.ts";
import { type FloatFormat, formats } from "./format.ts";

/**
 * A computed argument of a rule, with as many lanes as a vector has floats.
 *
 * Booleans are masks of all ones or all zeros, as wide as a float. Beside floats of 64 bits a 32-bit integer is
 * stored twice.
 */
export interface Operand {
  readonly value: V128;
  readonly type: ScalarType;
  /** The value, if it is a literal. */
  readonly literal: number | undefined;
}

/** Emits arithmetic on the lanes of a vector. Constants are set once, before the loops. */
export class Emitter {
  readonly f: FunctionBuilder;
  readonly floats: Floats;
  /** The operations on floats. */
  readonly vec: FloatVectors;
  /** The bits of floats. */
  readonly format: FloatFormat;
  private readonly relaxed: boolean;
  private readonly constants: Gap;
  private readonly known = new Map<string, V128>();

  /** Makes an emitter. Constants go to the place where the function is now. */
  constructor(f: FunctionBuilder, options: KernelOptions) {
    this.f = f;
    this.floats = options.floats;
    this.vec = options.floats.vec;
    this.format = formats[options.floats.type];
    this.relaxed = options.relaxed;
    this.constants = f.gap();
  }

  /** Returns a local for a value that is used more than once. */
  let(value: V128): Local<"v128"> {
    return this.f.let(value);
  }

  /** Returns the same float in all lanes. */
  float(value: number): V128 {
    return this.constant(`f${Object.is(value, -0) ? "-0" : value}`, () => this.vec.const(value));
  }

  /** Returns the same 32 bits four times. */
  bits(value: number): V128 {
    return this.constant(`i${value | 0}`, () => i32x4.const(value));
  }

  /** The sign bit of each float. */
  get signs(): V128 {
    return this.float(-0);
  }

  /** Returns x·y + z. */
  madd(x: V128, y: V128, z: V128): V128 {
    const { vec } = this;
    return this.relaxed ? vec.relaxed_madd(x, y, z) : vec.add(vec.mul(x, y), z);
  }

  /** Returns z − x·y. */
  nmadd(x: V128, y: V128, z: V128): V128 {
    const { vec } = this;
    return this.relaxed ? vec.relaxed_nmadd(x, y, z) : vec.sub(z, vec.mul(x, y));
  }

  /** Returns a polynomial at x by Horner's rule; the highest coefficient comes first. */
  polynomial(x: V128, coefficients: readonly number[]): V128 {
    return coefficients
      .slice(1)
      .reduce<V128>((sum, c) => this.madd(sum, x, this.float(c)), this.float(coefficients[0] ?? 0));
  }

  /** Returns x where the mask is all ones, and y where it is all zeros. */
  select(mask: V128, x: V128, y: V128): V128 {
    return this.relaxed ? i32x4.relaxed_laneselect(x, y, mask) : v128.bitselect(x, y, mask);
  }

  /** Returns a literal under a key of its own. */
  constant(key: string, make: () => V128): V128 {
    const found = this.known.get(key) ?? this.constants.let(make());
    this.known.set(key, found);
    return found;
  }
}

/** Emits one function of the expression language; `type` is the type of its result. */
export type Rule = (
  e: Emitter,
  args: readonly [Operand, Operand, Operand],
  type: ScalarType,
) => V128;
