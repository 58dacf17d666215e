import { tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  bernoulliDraws,
  constant,
  grad,
  input,
  normal,
  randomBits,
  rngState,
  sum,
  uniform,
  vmap,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const n = 20_000;

/** How far a mean of n independent values lies from what it must be, in standard errors. */
function errors(values: ArrayLike<number>, mean: number, variance: number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] as number;
  return Math.abs(total / values.length - mean) / Math.sqrt(variance / values.length);
}

const squares = (values: ArrayLike<number>) => Array.from(values, (x) => x * x);

test("uniform, normal and Bernoulli draws have their moments, within 4 standard errors (seed 0)", async (t) => {
  const draws = await evaluate([
    uniform([n], { key: "u" }),
    normal([n], { key: "n" }),
    bernoulliDraws(constant(0.3), { key: "b", shape: [n] }),
  ]);
  const [u = [], z = [], b = []] = draws.map((draw) => draw.data() as ArrayLike<number>);
  t.ok(errors(u, 1 / 2, 1 / 12) < 4, "mean of uniforms");
  t.ok(errors(squares(u), 1 / 3, 4 / 45) < 4, "their second moment");
  t.ok(Array.from(u).every((x) => x >= 0 && x < 1));
  t.ok(errors(z, 0, 1) < 4, "mean of normals");
  t.ok(errors(squares(z), 1, 2) < 4, "their variance");
  t.ok(errors(squares(squares(z)), 3, 96) < 4, "their fourth moment");
  t.ok(errors(b, 0.3, 0.21) < 4, "share of true");
});

test("the check of moments rings on uniforms that are off by 2 percent (seed 0)", async (t) => {
  const [u] = await evaluate([uniform([n], { key: "u" })]);
  const off = Array.from(u?.data() ?? [], (x) => x * 0.98);
  t.ok(errors(off, 1 / 2, 1 / 12) > 4);
});

test("draws of different keys are uncorrelated, of equal keys equal", async (t) => {
  const [a = [], b = [], c = []] = (
    await evaluate([
      normal([n], { key: "a" }),
      normal([n], { key: "b" }),
      normal([n], { key: "a" }),
    ])
  ).map((draw) => draw.data() as ArrayLike<number>);
  t.deepEqual(a, c);
  const products = Array.from(a, (x, i) => x * (b[i] as number));
  t.ok(errors(products, 0, 1) < 4);
});

test("the state is u32 [2], of the store by default, and one for all cases", (t) => {
  t.equal(rngState.attrs.path, "random/state");
  t.equal(rngState.attrs.role, "state");
  t.throws(
    () => randomBits([3], { key: "k", state: input("s", [3], "u32") }),
    /^ShapeError: random: the state must be u32 \[2\], a seed and a counter, got u32 \[3\]/,
  );
  t.throws(() => uniform([-1], { key: "k" }), /^ShapeError: random/);
  const states = constant(tensor(new Uint32Array(6), { shape: [3, 2] }));
  t.throws(
    () => vmap((state) => uniform([2], { key: "k", state }))(states),
    /^GraphError: random: the state must be shared by all cases/,
  );
  t.end();
});

test("draws are constants for derivatives", (t) => {
  const p = input("p", []);
  t.throws(() => grad(sum(uniform([3], { key: "k" })), p), /^GraphError: grad/);
  t.equal(bernoulliDraws(p, { key: "k" }).type, "bool");
  t.end();
});

test("uniform draws are one map over the words", (t) => {
  const state = constant(tensor(Uint32Array.of(1, 2)));
  t.deepEqual(kindsOf(uniform([8], { key: "k", state })), ["random", "map"]);
  t.deepEqual(kindsOf(normal([8], { key: "k", state })), ["random", "map"]);
  t.end();
});
