import type { KernelOptions } from "../options.ts";
import {
  callValue,
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";
import { transpose } from "./transpose.ts";
import { elementOf } from "./vector.ts";

const i = "i32" as const;

/** The number of lines that are taken together, so that x is read and written once for all of them. */
const group = 4;

/** Returns the addresses of lines next to each other. */
function linesFrom(f: FunctionBuilder, first: I32, stride: I32): Local<"i32">[] {
  const lines = [f.let(first)];
  for (let r = 1; r < group; r++) lines.push(f.let(i32.add(lines[r - 1] as I32, stride)));
  return lines;
}

function incrementAll(f: FunctionBuilder, addresses: readonly Local<"i32">[], by: number): void {
  for (const address of addresses) f.increment(address, by);
}

/**
 * Computes own[r] −= Σ line r · x for four lines. Parameters: first line, stride from one to the next, x, count, a
 * multiple of the lanes, own.
 */
function dotsKernel(m: ModuleBuilder, options: KernelOptions): Func {
  const { floats } = options;
  const { lanes, vec } = floats;
  return m.func("subtractDots", { params: [i, i, i, i, i] }, (f, first, stride, x, count, own) => {
    const lines = linesFrom(f, first, stride);
    const sums = [0, 1].map(() => lines.map(() => f.local("v128", v128.zero())));
    const take = (vectors: number) =>
      f.while(i32.ge_u(count, lanes * vectors), () => {
        for (let v = 0; v < vectors; v++) {
          const value = f.let(v128.load(x, 16 * v));
          lines.forEach((line, r) => {
            const sum = sums[v]?.[r] as Local<"v128">;
            f.set(sum, accumulate(options, "plus", v128.load(line, 16 * v), value, sum));
          });
        }
        incrementAll(f, [x, ...lines], 16 * vectors);
        f.increment(count, -lanes * vectors);
      });
    take(2);
    take(1);
    const totals = lines.map((_, r) => {
      const [even, odd] = sums.map((of) => of[r]) as [Local<"v128">, Local<"v128">];
      return vec.add(even, odd);
    });
    for (let r = 0; r < group; r += lanes) {
      const parts = transpose(f, floats, totals.slice(r, r + lanes));
      const total = parts.reduce((sum, part) => f.let(vec.add(sum, part)));
      const at = (16 * r) / lanes;
      f.do(v128.store(own, vec.sub(v128.load(own, at), total), at));
    }
  });
}

/**
 * Computes x −= Σ factors[r] · line r for four lines. Parameters: x, first line, stride from one to the next, count,
 * factors.
 */
function updateKernel(m: ModuleBuilder, options: KernelOptions): Func {
  const { bytes, lanes, num, loadSplat } = options.floats;
  return m.func(
    "subtractLines",
    { params: [i, i, i, i, i] },
    (f, x, first, stride, count, factors) => {
      const lines = linesFrom(f, first, stride);
      const scales = lines.map((_, r) => f.let(loadSplat(factors, bytes * r)));
      const take = (vectors: number) =>
        f.while(i32.ge_u(count, lanes * vectors), () => {
          const values = Array.from({ length: vectors }, (_, v) => f.let(v128.load(x, 16 * v)));
          lines.forEach((line, r) => {
            values.forEach((value, v) => {
              const scale = scales[r] as Local<"v128">;
              f.set(value, accumulate(options, "minus", v128.load(line, 16 * v), scale, value));
            });
          });
          values.forEach((value, v) => {
            f.do(v128.store(x, value, 16 * v));
          });
          incrementAll(f, [x, ...lines], 16 * vectors);
          f.increment(count, -lanes * vectors);
        });
      take(2);
      take(1);
      f.while(count, () => {
        const value = f.let(num.load(x));
        lines.forEach((line, r) => {
          const factor = num.load(factors, bytes * r);
          f.set(value, num.sub(value, num.mul(num.load(line), factor)));
        });
        f.do(num.store(x, value));
        incrementAll(f, [x, ...lines], bytes);
        f.increment(count, -1);
      });
    },
  );
}

/** Solves with the triangle of `group` lines, whose corner is at `corner`. `own` are four numbers of x. */
function solveGroup(
  f: FunctionBuilder,
  corner: I32,
  stride: I32,
  own: I32,
  back: boolean,
  byRows: boolean,
  { bytes, num }: Floats,
): void {
  const lines = linesFrom(f, corner, stride);
  const order = [0, 1, 2, 3].map((turn) => (back ? group - 1 - turn : turn));
  const values = lines.map((_, r) => f.let(num.load(own, bytes * r)));
  order.forEach((r, turn) => {
    const value = values[r] as Local<"f32" | "f64">;
    const line = (at: number) => lines[at] as Local<"i32">;
    f.set(value, num.div(value, num.load(line(r), bytes * r)));
    for (const s of order.slice(turn + 1)) {
      // Element (s, r) of the triangle of this solve.
      const factor = byRows !== back ? num.load(line(s), bytes * r) : num.load(line(r), bytes * s);
      const other = values[s] as Local<"f32" | "f64">;
      f.set(other, num.sub(other, num.mul(factor, value)));
    }
  });
  values.forEach((value, r) => {
    f.do(num.store(own, value, bytes * r));
  });
}

/**
 * Adds solvers for one contiguous right-hand side, in place.
 *
 * Parameters: l, its stride from one line to the next, x, size. A line is a row of L (`Rows`) or a column of L
 * (`Columns`), contiguous. `Back` solves with L'.
 */
export function vectorSolvers(m: ModuleBuilder, dot: Func, subtract: Func, options: KernelOptions) {
  const { floats } = options;
  const { type, bytes, shift, num } = floats;
  const at = elementOf(floats);
  const dots = dotsKernel(m, options);
  const update = updateKernel(m, options);
  const solver = (name: string, back: boolean, byRows: boolean) =>
    m.func(name, { params: [i, i, i, i], export: true }, (f, l, stride, x, size) => {
      const byDots = byRows !== back;
      const done = f.local("i32");
      /**
       * Returns the first of the next `count` lines, and how many numbers of x lie on the solved side, or on the
       * other one.
       */
      const place = (count: number) => {
        const left = i32.sub(i32.sub(size, done), count);
        const k = f.let(back ? left : done);
        return { k, line: f.let(i32.add(l, i32.mul(k, stride))), own: f.let(at(x, k)), left };
      };
      const one = () => {
        const { k, line, own, left } = place(1);
        const diagonal = num.load(at(line, k));
        if (byDots) {
          // With a row of L, or a column if L' is solved, the known part of x enters by a dot product.
          const known = back
            ? callValue(type, dot, i32.add(at(line, k), bytes), i32.add(own, bytes), done)
            : callValue(type, dot, line, x, done);
          f.do(num.store(own, num.div(num.sub(num.load(own), known), diagonal)));
        } else {
          f.do(num.store(own, num.div(num.load(own), diagonal)));
          const factor = num.load(own);
          if (back) f.call(subtract, x, line, left, factor);
          else f.call(subtract, i32.add(own, bytes), i32.add(at(line, k), bytes), left, factor);
        }
        f.increment(done, 1);
      };
      const four = () => {
        const { k, line, own, left } = place(group);
        const corner = f.let(i32.add(line, i32.shl(k, shift)));
        const beyond = bytes * group;
        if (byDots) {
          if (back) f.call(dots, i32.add(corner, beyond), stride, i32.add(own, beyond), done, own);
          else f.call(dots, line, stride, x, done, own);
        }
        solveGroup(f, corner, stride, own, back, byRows, floats);
        if (!byDots) {
          if (back) f.call(update, x, line, stride, left, own);
          else f.call(update, i32.add(own, beyond), i32.add(corner, beyond), stride, left, own);
        }
        f.increment(done, group);
      };
      f.while(i32.le_u(i32.add(done, group), size), four);
      f.while(i32.lt_u(done, size), one);
    });
  return {
    solveRows: solver("solveRows", false, true),
    solveColumns: solver("solveColumns", false, false),
    solveRowsBack: solver("solveRowsBack", true, true),
    solveColumnsBack: solver("solveColumnsBack", true, false),
  };
}
