import test from "tape";
import {
  f32x4,
  f64x2,
  i8x16,
  i16x8,
  i32,
  i32x4,
  ModuleBuilder,
  type V128,
  v128,
} from "../../src/wasm/index.ts";
import { instance, type Numbers } from "../support/module.ts";

const { fround } = Math;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Runs (x, y) → f(x, y) on lanes of 32 bits. */
function lanes(
  make: (x: V128, y: V128) => V128,
  x: ArrayLike<number> & ArrayBufferView,
  y: ArrayLike<number> & ArrayBufferView,
): ArrayBuffer {
  const m = new ModuleBuilder({ shared: false });
  m.func("go", { params: [], export: true }, (f) => {
    f.do(v128.store(32, make(v128.load(0), v128.load(16))));
  });
  const { exports, memory } = instance(m);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(new Uint8Array(x.buffer), 0);
  bytes.set(new Uint8Array(y.buffer), 16);
  (exports.go as Numbers)();
  return memory.buffer.slice(32, 48);
}

const a = Float32Array.of(1.5, -2.25, nan, infinity);
const b = Float32Array.of(-0.5, 4, 1, -3);
const i = Int32Array.of(-5, 7, 2 ** 31 - 1, -(2 ** 31));
const j = Int32Array.of(3, -7, 1, -1);
const mask = (holds: boolean) => (holds ? -1 : 0);

type Lane = (x: number, y: number) => number;

test("f32x4 instructions, lane by lane", (t) => {
  const tests: Readonly<Record<string, readonly [(x: V128, y: V128) => V128, Lane]>> = {
    add: [f32x4.add, (x, y) => x + y],
    sub: [f32x4.sub, (x, y) => x - y],
    mul: [f32x4.mul, (x, y) => x * y],
    div: [f32x4.div, (x, y) => x / y],
    min: [f32x4.min, Math.min],
    max: [f32x4.max, Math.max],
    pmin: [f32x4.pmin, (x, y) => (y < x ? y : x)],
    pmax: [f32x4.pmax, (x, y) => (x < y ? y : x)],
    abs: [f32x4.abs, Math.abs],
    neg: [f32x4.neg, (x) => -x],
    sqrt: [f32x4.sqrt, Math.sqrt],
    ceil: [f32x4.ceil, Math.ceil],
    floor: [f32x4.floor, Math.floor],
    trunc: [f32x4.trunc, Math.trunc],
    nearest: [f32x4.nearest, (x) => (Number.isFinite(x) ? 2 * Math.round(x / 2) : x)],
    convert: [
      (x) => f32x4.convert_i32x4_s(i32x4.trunc_sat_f32x4_s(x)),
      (x) => (Number.isNaN(x) ? 0 : Math.min(2 ** 31, Math.trunc(x))),
    ],
    splat: [(x) => f32x4.splat(f32x4.extract_lane(x, 1)), () => -2.25],
    literal: [() => f32x4.const(0.1), () => fround(0.1)],
  };
  for (const [name, [make, want]] of Object.entries(tests)) {
    const got = new Float32Array(lanes(make, a, b));
    t.deepEqual(
      [...got],
      [...a].map((x, k) => fround(want(x, b[k] as number))),
      name,
    );
  }
  const compare: Readonly<
    Record<string, readonly [(x: V128, y: V128) => V128, (x: number, y: number) => boolean]>
  > = {
    eq: [f32x4.eq, (x, y) => x === y],
    ne: [f32x4.ne, (x, y) => x !== y],
    lt: [f32x4.lt, (x, y) => x < y],
    gt: [f32x4.gt, (x, y) => x > y],
    le: [f32x4.le, (x, y) => x <= y],
    ge: [f32x4.ge, (x, y) => x >= y],
  };
  for (const [name, [make, want]] of Object.entries(compare)) {
    const got = new Int32Array(lanes(make, a, b));
    t.deepEqual(
      [...got],
      [...a].map((x, k) => mask(want(x, b[k] as number))),
      name,
    );
  }
  t.end();
});

test("i32x4 instructions, lane by lane", (t) => {
  const u = (x: number) => x >>> 0;
  const tests: Readonly<Record<string, readonly [(x: V128, y: V128) => V128, Lane]>> = {
    add: [i32x4.add, (x, y) => x + y],
    sub: [i32x4.sub, (x, y) => x - y],
    mul: [i32x4.mul, Math.imul],
    abs: [i32x4.abs, Math.abs],
    neg: [i32x4.neg, (x) => -x],
    shl: [(x) => i32x4.shl(x, 3), (x) => x << 3],
    shr_s: [(x) => i32x4.shr_s(x, 3), (x) => x >> 3],
    shr_u: [(x) => i32x4.shr_u(x, 3), (x) => x >>> 3],
    min_s: [i32x4.min_s, Math.min],
    max_s: [i32x4.max_s, Math.max],
    min_u: [i32x4.min_u, (x, y) => Math.min(u(x), u(y))],
    max_u: [i32x4.max_u, (x, y) => Math.max(u(x), u(y))],
    eq: [i32x4.eq, (x, y) => mask(x === y)],
    ne: [i32x4.ne, (x, y) => mask(x !== y)],
    lt_s: [i32x4.lt_s, (x, y) => mask(x < y)],
    lt_u: [i32x4.lt_u, (x, y) => mask(u(x) < u(y))],
    gt_s: [i32x4.gt_s, (x, y) => mask(x > y)],
    gt_u: [i32x4.gt_u, (x, y) => mask(u(x) > u(y))],
    le_s: [i32x4.le_s, (x, y) => mask(x <= y)],
    le_u: [i32x4.le_u, (x, y) => mask(u(x) <= u(y))],
    ge_s: [i32x4.ge_s, (x, y) => mask(x >= y)],
    ge_u: [i32x4.ge_u, (x, y) => mask(u(x) >= u(y))],
    and: [v128.and, (x, y) => x & y],
    andnot: [v128.andnot, (x, y) => x & ~y],
    or: [v128.or, (x, y) => x | y],
    xor: [v128.xor, (x, y) => x ^ y],
    not: [v128.not, (x) => ~x],
    bitselect: [
      (x, y) => v128.bitselect(x, y, i32x4.const(0xff)),
      (x, y) => (x & 0xff) | (y & ~0xff),
    ],
    replace: [(x) => i32x4.replace_lane(x, 2, i32.const(9)), (x) => (x === 2 ** 31 - 1 ? 9 : x)],
    splat: [(x) => i32x4.splat(i32x4.extract_lane(x, 0)), () => -5],
    high: [() => i32x4.splat(i32x4.bitmask(v128.const(-1, 0, -1, 0))), () => 5],
    any: [(x) => i32x4.splat(v128.any_true(x)), () => 1],
    all: [() => i32x4.splat(i32x4.all_true(v128.const(1, 0, 1, 1))), () => 0],
  };
  for (const [name, [make, want]] of Object.entries(tests)) {
    const got = new Int32Array(lanes(make, i, j));
    t.deepEqual(
      [...got],
      [...i].map((x, k) => want(x, j[k] as number) | 0),
      name,
    );
  }
  t.end();
});

test("shuffles, widening and narrowing", (t) => {
  const shuffled = new Int32Array(lanes((x, y) => i32x4.shuffle(x, y, [0, 4, 1, 7]), i, j));
  t.deepEqual([...shuffled], [-5, 3, 7, -1]);
  const reversed = new Uint8Array(
    lanes(
      (x, y) => i8x16.swizzle(x, y),
      Uint8Array.from({ length: 16 }, (_, k) => k + 1),
      Uint8Array.from({ length: 16 }, (_, k) => 15 - k),
    ),
  );
  t.deepEqual(
    [...reversed],
    Array.from({ length: 16 }, (_, k) => 16 - k),
  );
  const bytes = Uint8Array.from({ length: 16 }, (_, k) => 240 + k);
  const widened = new Uint32Array(
    lanes((x) => i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(x)), bytes, bytes),
  );
  t.deepEqual([...widened], [240, 241, 242, 243]);
  const narrow = (x: V128) =>
    i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(x, x), i16x8.narrow_i32x4_u(x, x));
  const narrowed = new Uint8Array(lanes(narrow, Int32Array.of(-1, 5, 255, 999), j));
  t.deepEqual([...narrowed.subarray(0, 4)], [0, 5, 255, 255]);
  t.deepEqual(
    [...new Uint8Array(lanes(() => i8x16.splat(i32.const(7)), i, j))],
    new Array(16).fill(7),
  );
  t.end();
});

test("f64x2 instructions", (t) => {
  const x = Float64Array.of(1.25, -7.5);
  const y = Float64Array.of(-3, 0.5);
  const tests: Readonly<Record<string, readonly [(x: V128, y: V128) => V128, Lane]>> = {
    add: [f64x2.add, (p, q) => p + q],
    sub: [f64x2.sub, (p, q) => p - q],
    mul: [f64x2.mul, (p, q) => p * q],
    div: [f64x2.div, (p, q) => p / q],
    min: [f64x2.min, Math.min],
    max: [f64x2.max, Math.max],
    abs: [f64x2.abs, Math.abs],
    neg: [f64x2.neg, (p) => -p],
    sqrt: [(p) => f64x2.sqrt(f64x2.abs(p)), (p) => Math.sqrt(Math.abs(p))],
    floor: [f64x2.floor, Math.floor],
    nearest: [f64x2.nearest, (p) => (p === 1.25 ? 1 : -8)],
    single: [(p) => f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(p)), (p) => p],
    signed: [(p) => f64x2.convert_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(p)), Math.trunc],
    unsigned: [
      (p) => f64x2.convert_low_i32x4_u(i32x4.trunc_sat_f64x2_u_zero(p)),
      (p) => Math.max(0, Math.trunc(p)),
    ],
    splat: [(p) => f64x2.splat(f64x2.extract_lane(p, 1)), () => -7.5],
  };
  for (const [name, [make, want]] of Object.entries(tests)) {
    const got = new Float64Array(lanes(make, x, y));
    t.deepEqual(
      [...got],
      [...x].map((p, k) => want(p, y[k] as number)),
      name,
    );
  }
  t.end();
});

test("vector loads and stores of every width, unaligned", (t) => {
  const m = new ModuleBuilder({ shared: false });
  m.func("go", { params: ["i32"], export: true }, (f, p) => {
    f.do(
      v128.store(p, v128.load(p, 1), 64),
      v128.store(p, v128.load32_splat(p, 3), 80),
      v128.store(p, v128.load64_splat(p, 5), 96),
      v128.store(p, v128.load32_zero(p, 3), 112),
      v128.store(p, v128.load64_zero(p, 3), 128),
      v128.store(p, v128.load8x8_u(p, 1), 144),
      v128.store(p, v128.load32_lane(p, v128.load8_lane(p, v128.zero(), 15, 2), 1, 3), 160),
      v128.store(p, v128.load64_lane(p, v128.zero(), 1, 3), 176),
      v128.store8_lane(p, v128.load(p), 3, 192),
      v128.store32_lane(p, v128.load(p), 2, 196),
      v128.store64_lane(p, v128.load(p), 1, 200),
    );
  });
  const { exports, memory } = instance(m);
  const bytes = new Uint8Array(memory.buffer, 1);
  for (let k = 0; k < 64; k++) bytes[k] = k + 1;
  (exports.go as Numbers)(1);
  const from = (at: number, length = 16) => [...bytes.subarray(at, at + length)];
  const run = (start: number, length: number) => Array.from({ length }, (_, k) => start + k);
  const zeros = (length: number) => new Array<number>(length).fill(0);
  t.deepEqual(from(64), run(2, 16), "load");
  t.deepEqual(from(80), [...run(4, 4), ...run(4, 4), ...run(4, 4), ...run(4, 4)], "load32_splat");
  t.deepEqual(from(96), [...run(6, 8), ...run(6, 8)], "load64_splat");
  t.deepEqual(from(112), [...run(4, 4), ...zeros(12)], "load32_zero");
  t.deepEqual(from(128), [...run(4, 8), ...zeros(8)], "load64_zero");
  t.deepEqual(
    from(144),
    run(2, 8).flatMap((byte) => [byte, 0]),
    "load8x8_u",
  );
  t.deepEqual(from(160), [...zeros(4), ...run(4, 4), ...zeros(7), 3], "load32_lane, load8_lane");
  t.deepEqual(from(176), [...zeros(8), ...run(4, 8)], "load64_lane");
  t.deepEqual(from(192), [4, 0, 0, 0, ...run(9, 4), ...run(9, 8)], "store lanes");
  t.end();
});
