import test from "tape";
import { selfTest } from "../src/selfTest.ts";
import type { NativeKernels } from "../src/types.ts";
import { plainKernels } from "./support/plain.ts";

test("selfTest: plain loops pass, with and without LAPACK", async (t) => {
  t.equal(selfTest(plainKernels), null);
  const without = (memory: WebAssembly.Memory) => {
    const all = Object.entries(plainKernels(memory));
    return Object.fromEntries(all.filter(([name]) => !/Potrf|Syevd/.test(name)));
  };
  t.equal(selfTest(without), null);
});

test("selfTest: rings on a wrong function, and says which", async (t) => {
  type Change = (args: number[]) => number[];
  const swapped: Change = ([first = 0, second = 0, ...rest]) => [1 - first, second, ...rest];
  const scaled: Change = (args) =>
    args.map((value, at) => (at === 4 || at === 5 ? 1.01 * value : value));
  const changed = (name: string, change: Change) => (memory: WebAssembly.Memory) => {
    const kernels = plainKernels(memory);
    const right = kernels[name] as NativeKernels[string];
    return { ...kernels, [name]: (...args: number[]) => right(...change(args)) };
  };
  t.equal(selfTest(changed("nativeGemm_f32", swapped)), "gemm in f32");
  t.equal(selfTest(changed("nativeGemm_f64", (args) => args.with(5, -0.51))), "gemm in f64");
  t.equal(selfTest(changed("nativeSyrk_f64", swapped)), "syrk in f64");
  t.equal(selfTest(changed("nativeTrsm_f32", swapped)), "trsm in f32");
  t.equal(
    selfTest(changed("nativePotrf_f64", ([n = 0, ...rest]) => [n - 1, ...rest])),
    "potrf in f64",
  );
  t.equal(
    selfTest(changed("nativeSyevd_f32", ([n = 0, ...rest]) => [n - 1, ...rest])),
    "syevd in f32",
  );
  t.equal(selfTest(changed("nativeSyrk_f32", scaled)), "syrk in f32");
  // C is NaN where it is not to be read, which a factor of nearly 0 keeps.
  const read = (at: number): Change => {
    return (args) => (args[at] === 0 ? args.with(at, Number.MIN_VALUE) : args);
  };
  t.equal(selfTest(changed("nativeGemm_f32", read(10))), "gemm in f32", "reads C where β = 0");
  t.equal(selfTest(changed("nativeSyrk_f64", read(7))), "syrk in f64", "reads C where β = 0");
});
