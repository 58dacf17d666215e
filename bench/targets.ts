import { isSoftware } from "./device.ts";
import type { Environment } from "./environment.ts";
import type { Result } from "./result.ts";

/** What is to be reached: a bound on a ratio or on our own value, in every case that is named. */
interface Target {
  readonly text: string;
  readonly suite: string;
  /** The cases that must hold it. */
  readonly cases: RegExp;
  /** The peer whose ratio is bounded; null for our own value. */
  readonly peer: string | null;
  readonly bound: number;
  readonly side: "at least" | "at most";
  /** Whether 1/ratio is bounded: how many times dearer than the peer. */
  readonly inverse?: true;
  /** The card that it is set for; on others it is not judged. */
  readonly card?: string;
}

const atLeast = (
  text: string,
  suite: string,
  cases: RegExp,
  peer: string,
  bound: number,
): Target => ({ text, suite, cases, peer, bound, side: "at least" });

const ownAtMost = (text: string, suite: string, cases: RegExp, bound: number): Target => ({
  text,
  suite,
  cases,
  peer: null,
  bound,
  side: "at most",
});

const costAtMost = (text: string, cases: RegExp, bound: number): Target => ({
  text,
  suite: "rngd",
  cases,
  peer: "sgd",
  bound,
  side: "at most",
  inverse: true,
});

const onH100 = (text: string, cases: RegExp, bound: number): Target => ({
  ...atLeast(text, "gpu", cases, "PyTorch", bound),
  card: "H100",
});

/** Steps of the paper's network, and what a step of RNGD costs on it. */
const [paperStep, paperCost] = [/^sgd 784-80-80-80-10/, /^cost of rngd 784-80-80-80-10/];

const step = /^(LeNet|ResNet-8|LSTM|transformer) (sgd|adam) plain$/;
const functions = /^(tanh|exp|log) (plain|relaxed)$/;

/**
 * The goals of the cpu backend, and those of the gpu backend on one card. Those against OpenBLAS are set
 * for its 256-bit kernels, since WebAssembly has 128 bits, whatever the processor.
 */
export const targets: readonly Target[] = [
  atLeast("adam step over tfjs-wasm", "step", /^adam plain$/, "tfjs-wasm", 12),
  atLeast("adam step over jax-js", "step", /^adam plain$/, "jax-js", 3.5),
  atLeast("sgd step over tfjs-wasm", "step", /^sgd plain$/, "tfjs-wasm", 10),
  atLeast("sgd step over jax-js", "step", /^sgd plain$/, "jax-js", 1.8),
  atLeast("steps of C with OpenBLAS, native", "step", /^(sgd|adam) native$/, "OpenBLAS", 0.85),
  atLeast(
    "sgd and adam step, relaxed, of C with OpenBLAS AVX2",
    "step",
    /^(sgd|adam) relaxed$/,
    "OpenBLAS AVX2",
    0.6,
  ),
  atLeast("steps on 2 threads", "step", /^(sgd|adam) relaxed 2 threads$/, "1 thread", 1.6),
  atLeast("products of OpenBLAS, native", "gemm", / native$/, "OpenBLAS", 0.95),
  atLeast(
    "gram and Cholesky d=785 of LAPACK, native",
    "spd",
    /^(gram d=785 n=500|cholesky d=785) native$/,
    "OpenBLAS",
    0.9,
  ),
  atLeast(
    "solves d=785 of LAPACK, relaxed",
    "spd",
    /^solve d=785.* relaxed$/,
    "OpenBLAS AVX2",
    0.6,
  ),
  atLeast("products over tfjs-wasm", "gemm", / (plain|relaxed)$/, "tfjs-wasm", 1.25),
  atLeast("squares from 128 of OpenBLAS", "gemm", /^\d{3,} plain$/, "OpenBLAS AVX2", 0.4),
  atLeast("the same, relaxed", "gemm", /^\d{3,} relaxed$/, "OpenBLAS AVX2", 0.5),
  atLeast("small products of OpenBLAS", "gemm", /^(64|50×80).* plain$/, "OpenBLAS AVX2", 0.33),
  atLeast("the same, relaxed", "gemm", /^(64|50×80).* relaxed$/, "OpenBLAS AVX2", 0.42),
  atLeast("products of 784 and 50 of OpenBLAS", "gemm", /784.* plain$/, "OpenBLAS AVX2", 0.4),
  atLeast("the same, relaxed", "gemm", /784.* relaxed$/, "OpenBLAS AVX2", 0.5),
  atLeast("Cholesky d=785 of LAPACK", "spd", /^cholesky d=785 plain$/, "OpenBLAS AVX2", 0.5),
  atLeast("gram d=785, n=500 of LAPACK", "spd", /^gram d=785 n=500 plain$/, "OpenBLAS AVX2", 0.4),
  atLeast("Cholesky d=785 on 2 threads", "spd", /^cholesky d=785 .*2 threads$/, "1 thread", 1.7),
  atLeast(
    "gram d=785, n=500 on 2 threads",
    "spd",
    /^gram d=785 n=500 .*2 threads$/,
    "1 thread",
    1.7,
  ),
  atLeast(
    "convolutions of the plain product",
    "conv",
    / forward (plain|relaxed)$/,
    "plain product",
    0.7,
  ),
  atLeast("their gradients", "conv", / gradient (plain|relaxed)$/, "plain product", 0.7),
  atLeast("steps of models over tfjs-wasm", "models", step, "tfjs-wasm", 5),
  atLeast("the same with a gradient for it", "models", step, "tfjs-wasm + gradient", 5),
  atLeast("steps of models over jax-js", "models", step, "jax-js", 2),
  ownAtMost("compiling a scan of 1000 turns, ms", "models", /^compile scan of 1000 /, 1000),
  costAtMost("rngd.paper in steps of sgd", /^plain rngd\.paper (plain|relaxed)/, 9),
  costAtMost("rngd.paper in steps of sgd, native", /^plain rngd\.paper native$/, 6),
  costAtMost("rngd in steps of sgd", /^plain rngd (plain|relaxed)/, 1.5),
  costAtMost(
    "rngd per neuron, fresh, in steps of sgd",
    /^plain rngd per neuron (plain|relaxed)/,
    5,
  ),
  costAtMost("rngd per neuron, kept 100 steps", /^plain rngd per neuron kept/, 2.5),
  atLeast("chain of 10 over tfjs-wasm", "elementwise", /^chain.*(plain|relaxed)$/, "tfjs-wasm", 5),
  atLeast("tanh, exp, log over Math loops", "elementwise", functions, "Math loop", 4),
  ownAtMost("error of tanh, exp, log", "elementwise", /error/, 1e-6),
  atLeast("products of f64 of those of f32", "f64", /^product/, "f32", 0.45),
  atLeast("training steps in f64 of those in f32", "f64", /^(sgd|adam)/, "f32", 0.45),
  atLeast("f64 over the reference", "f64", / (plain|relaxed)$/, "reference", 20),
  ownAtMost("memory of a step over its arena", "step", /^memory over arena/, 1.3),
  ownAtMost("growth over 100000 steps, MB", "step", /^growth over 100000/, 1),
  ownAtMost("compiling a step, ms", "step", /^compile/, 50),
  onH100("product 4096 of cuBLAS f32 on an H100", /^product 4096 /, 0.65),
  onH100("sgd and adam step over PyTorch on an H100", /^(sgd|adam) 784-80-80-80-10/, 4),
  onH100("80 blocks d=785 of PyTorch on an H100", /^80 blocks d=785 /, 0.5),
  onH100("autoencoder's step of PyTorch on an H100", /^sgd autoencoder/, 0.7),
  { ...onH100("sgd steps a second on an H100", paperStep, 6667), peer: null },
  { ...ownAtMost("rngd in steps of sgd on an H100", "gpu", paperCost, 1.6), card: "H100" },
  atLeast("products on WebGPU over tfjs-webgpu", "gpu", /^product /, "tfjs-webgpu", 1),
  atLeast("steps on WebGPU over tfjs-webgpu", "gpu", /^(sgd|adam) /, "tfjs-webgpu", 1),
];

/**
 * Each target as a row of a Markdown table: the worst of its cases decides. Those of a card are judged
 * only where it is among the adapters that took part. `suites` are those of the run, all by default.
 */
export function targetTable(
  results: readonly Result[],
  adapters: Environment["adapters"],
  suites: readonly string[] = targets.map(({ suite }) => suite),
): string {
  const rows = targets
    .filter(({ suite }) => suites.includes(suite))
    .map((target) => {
      const { text, bound, side, card = "" } = target;
      const goal = `${side === "at least" ? "≥" : "≤"} ${bound}`;
      const here = Object.values(adapters);
      if (here.length > 0 && !here.some((name) => name.includes(card))) {
        const why = here.every(isSoftware) ? "no real GPU was at hand" : `this is ${here[0]}`;
        return `| ${text} | ${goal} | | not judged: ${why} |`;
      }
      const found = results
        .filter(({ suite, case: name }) => suite === target.suite && target.cases.test(name))
        .map((result) => ({ name: result.case, value: valueOf(result, target) }))
        .filter(({ value }) => value !== undefined) as { name: string; value: number }[];
      const [first, ...rest] = found;
      if (first === undefined) return `| ${text} | ${goal} | | not measured |`;
      const sign = side === "at least" ? 1 : -1;
      const worst = rest.reduce((a, b) => (sign * b.value < sign * a.value ? b : a), first);
      const reached = sign * worst.value >= sign * bound;
      const value = `${worst.value.toPrecision(3)} (${worst.name})`;
      return `| ${text} | ${goal} | ${value} | ${reached ? "reached" : "**not reached**"} |`;
    });
  return ["| target | bound | worst case | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function valueOf(result: Result, { peer, inverse }: Target): number | undefined {
  if (peer === null) return result.ours;
  const ratio = result.ratio[peer];
  return ratio === undefined || inverse !== true ? ratio : 1 / ratio;
}
