import test from "tape";
import {
  callValue,
  f32,
  f64,
  type I32,
  i32,
  i64,
  ModuleBuilder,
  memoryCopy,
  memoryFill,
  select,
  type Value,
} from "../../src/wasm/index.ts";
import { instance, type Numbers } from "../support/module.ts";

type Binary = (x: I32, y: I32) => I32;

const pairs: readonly (readonly [number, number])[] = [
  [7, 3],
  [-7, 3],
  [2 ** 31 - 1, -1],
  [-(2 ** 31), 31],
  [5, 5],
];

const binaries: Readonly<Record<string, readonly [Binary, (x: number, y: number) => number]>> = {
  add: [i32.add, (x, y) => x + y],
  sub: [i32.sub, (x, y) => x - y],
  mul: [i32.mul, Math.imul],
  div_s: [i32.div_s, (x, y) => Math.trunc(x / y)],
  div_u: [i32.div_u, (x, y) => Math.floor((x >>> 0) / (y >>> 0))],
  rem_s: [i32.rem_s, (x, y) => x % y],
  rem_u: [i32.rem_u, (x, y) => (x >>> 0) % (y >>> 0)],
  and: [i32.and, (x, y) => x & y],
  or: [i32.or, (x, y) => x | y],
  xor: [i32.xor, (x, y) => x ^ y],
  shl: [i32.shl, (x, y) => x << y],
  shr_s: [i32.shr_s, (x, y) => x >> y],
  shr_u: [i32.shr_u, (x, y) => x >>> y],
  rotl: [i32.rotl, (x, y) => (x << (y & 31)) | (x >>> ((32 - (y & 31)) % 32))],
  eq: [i32.eq, (x, y) => +(x === y)],
  ne: [i32.ne, (x, y) => +(x !== y)],
  lt_s: [i32.lt_s, (x, y) => +(x < y)],
  lt_u: [i32.lt_u, (x, y) => +(x >>> 0 < y >>> 0)],
  gt_s: [i32.gt_s, (x, y) => +(x > y)],
  gt_u: [i32.gt_u, (x, y) => +(x >>> 0 > y >>> 0)],
  le_s: [i32.le_s, (x, y) => +(x <= y)],
  le_u: [i32.le_u, (x, y) => +(x >>> 0 <= y >>> 0)],
  ge_s: [i32.ge_s, (x, y) => +(x >= y)],
  ge_u: [i32.ge_u, (x, y) => +(x >>> 0 >= y >>> 0)],
};

test("i32 instructions, on values and folded on literals", (t) => {
  const m = new ModuleBuilder({ shared: false });
  for (const [name, [make]] of Object.entries(binaries)) {
    const options = { params: ["i32", "i32"], results: ["i32"], export: true } as const;
    m.func(name, options, (f, x, y) => f.result(make(x, y)));
    pairs.forEach(([x, y], k) => {
      const folded = { params: [], results: ["i32"], export: true } as const;
      m.func(`${name}${k}`, folded, (f) => f.result(make(i32.const(x), i32.const(y))));
    });
  }
  const { exports } = instance(m);
  for (const [name, [, want]] of Object.entries(binaries)) {
    pairs.forEach(([x, y], k) => {
      t.equal((exports[name] as Numbers)(x, y), want(x, y) | 0, `${name}(${x}, ${y})`);
      t.equal(
        (exports[`${name}${k}`] as Numbers)(),
        want(x, y) | 0,
        `${name}(${x}, ${y}), literals`,
      );
    });
  }
  t.end();
});

test("float instructions and conversions", (t) => {
  const m = new ModuleBuilder({ shared: false });
  const one = { params: ["f32"], results: ["f32"], export: true } as const;
  m.func("norm", one, (f, x) => {
    f.result(f32.sqrt(f32.add(f32.mul(x, x), f32.div(f32.sub(x, f32.const(1)), f32.neg(x)))));
  });
  m.func("clamp", one, (f, x) => f.result(f32.min(f32.max(x, f32.const(-2)), f32.abs(x))));
  m.func("wide", one, (f, x) => {
    const wide = f64.promote_f32(x);
    const scaled = f64.div(
      f64.add(f64.mul(wide, wide), f64.const(0.1)),
      f64.sub(wide, f64.const(3)),
    );
    f.result(f32.demote_f64(scaled));
  });
  const toInt = { params: ["f32"], results: ["i32"], export: true } as const;
  m.func("bits", toInt, (f, x) => f.result(i32.reinterpret_f32(x)));
  m.func("signed", toInt, (f, x) => f.result(i32.trunc_sat_f32_s(x)));
  m.func("unsigned", toInt, (f, x) => f.result(i32.trunc_sat_f32_u(x)));
  m.func("order", toInt, (f, x) => {
    const zero = f32.const(0);
    const tests = [f32.lt, f32.le, f32.gt, f32.ge, f32.eq, f32.ne];
    f.result(
      tests.reduce<I32>((sum, test, k) => i32.or(sum, i32.shl(test(x, zero), k)), i32.const(0)),
    );
  });
  const { exports } = instance(m);
  const call = (name: string, x: number) => (exports[name] as Numbers)(x);
  const { fround } = Math;
  t.equal(call("norm", 2), fround(Math.sqrt(fround(4 - 0.5))));
  t.equal(call("clamp", -5), -2);
  t.equal(call("wide", 2), fround((4 + 0.1) / -1));
  t.equal(call("bits", 1), 0x3f800000);
  t.deepEqual([call("signed", 1e10), call("signed", Number.NaN)], [2 ** 31 - 1, 0]);
  t.deepEqual([call("unsigned", -1), call("unsigned", 3e9)], [0, 3e9 | 0]);
  t.deepEqual(
    [-1, 0, 1, Number.NaN].map((x) => call("order", x)),
    [35, 26, 44, 32],
  );
  t.end();
});

test("memory: loads, stores, fill, copy, offsets", (t) => {
  const m = new ModuleBuilder({ shared: false });
  m.func("go", { params: ["i32"], export: true }, (f, p) => {
    f.do(i32.store(p, i32.const(-2), 4), i32.store8(p, i32.const(300), 9));
    f.do(f32.store(p, f32.convert_i32_s(i32.load(p, 4)), 12));
    f.do(f64.store(p, f64.convert_i32_u(i32.load8_u(p, 9)), 16));
    f.do(i32.store(p, i32.load8_s(p, 4), 24), f64.store(p, f64.load(p, 16), 32));
    f.do(memoryFill(i32.add(p, 40), 7, 8), memoryCopy(i32.add(p, 48), i32.add(p, 40), 4));
    f.do(
      i32.store(
        p,
        i32.wrap_i64(i64.add(i64.mul(i64.const(2n ** 33n), i64.const(3n)), i64.const(5n))),
        56,
      ),
    );
  });
  const { exports, memory } = instance(m);
  (exports.go as Numbers)(64);
  const view = new DataView(memory.buffer, 64);
  t.equal(view.getInt32(4, true), -2);
  t.equal(view.getUint8(9), 44);
  t.equal(view.getFloat32(12, true), -2);
  t.equal(view.getFloat64(16, true), 44);
  t.equal(view.getInt32(24, true), -2);
  t.equal(view.getFloat64(32, true), 44);
  t.equal(view.getUint32(48, true), 0x07070707);
  t.equal(view.getInt32(56, true), 5);
  t.end();
});

test("functions: locals, loops, branches, calls, gaps", (t) => {
  const m = new ModuleBuilder({ shared: false });
  const gcd = m.func(
    "gcd",
    { params: ["i32", "i32"], results: ["i32"], export: true },
    (f, a, b) => {
      f.while(b, () => {
        const rest = f.let(i32.rem_u(a, b));
        f.set(a, b);
        f.set(b, rest);
      });
      f.result(a);
    },
  );
  m.func("coprime", { params: ["i32"], results: ["i32"], export: true }, (f, n) => {
    const gap = f.gap();
    const count = f.local("i32");
    f.for(f.local("i32"), 0, n, 1, () => undefined);
    const i = f.local("i32");
    const one = gap.let(i32.const(1));
    f.for(i, one, n, one, () => {
      f.if(
        i32.eq(callValue("i32", gcd, i, n), 1),
        () => f.increment(count, 1),
        () => f.block((exit) => f.br(exit)),
      );
    });
    f.if(i32.eqz(count), () => f.return(i32.const(-1)));
    f.call(gcd, 4, 6);
    f.result(select(i32.gt_u(count, 100), i32.const(100), count as Value<"i32">));
  });
  const { exports } = instance(m);
  t.equal((exports.gcd as Numbers)(84, 36), 12);
  t.deepEqual(
    [1, 9, 1000].map((n) => (exports.coprime as Numbers)(n)),
    [-1, 6, 100],
  );
  t.end();
});

test("a module with imports after functions is refused", (t) => {
  const m = new ModuleBuilder({ shared: false });
  m.func("f", { params: [] }, () => undefined);
  t.throws(() => m.import("g", { params: [], results: [] }), /imports come first/);
  t.end();
});
