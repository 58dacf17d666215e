import { reference } from "metrigrad";
import type { Contestant } from "../contestant.ts";
import { uniformValues } from "../data.ts";
import { covariances, factors } from "../matrices.ts";
import { interleaved } from "../measure.ts";
import { paperWidths, stepProblem } from "../network.ts";
import { oursOn } from "../ours/solvers.ts";
import type { Problems } from "../problems.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** A problem and how to state the time that it takes. */
interface Problem<Kind extends keyof Problems = keyof Problems> {
  readonly kind: Kind;
  readonly problem: Problems[Kind];
  readonly unit: string;
  readonly better: Result["better"];
  readonly value: (seconds: number) => number;
  /** Whether the reference backend takes part, where a run of it is short. */
  readonly reference: boolean;
}

function product(m: number, k: number, n: number, reference: boolean): Problem {
  const problem = {
    m,
    k,
    n,
    transposed: false,
    a: uniformValues(m * k, 1),
    b: uniformValues(k * n, 2),
  };
  const value = (seconds: number) => (2 * m * k * n) / seconds / 1e9;
  return { kind: "product", problem, unit: "GFLOP/s", better: "higher", value, reference };
}

function timed<Kind extends keyof Problems>(
  kind: Kind,
  problem: Problems[Kind],
  reference = false,
) {
  const value = (seconds: number) => 1000 * seconds;
  return { kind, problem, unit: "ms", better: "lower", value, reference } as const;
}

function trained(optimizer: "sgd" | "adam"): Problem {
  const problem = stepProblem(optimizer, paperWidths, 50);
  const value = (seconds: number) => 1 / seconds;
  return { kind: "step", problem, unit: "steps/s", better: "higher", value, reference: true };
}

const million = 1_000_000;

function problems(): Readonly<Record<string, Problem>> {
  const spd = (count: number, d: number) => ({ count, d, a: covariances(count, d) });
  const solve = (count: number, d: number, columns: number) => {
    const b = uniformValues(count * d * columns, 5);
    return { count, d, columns, l: factors(count, d), b };
  };
  const gram = (n: number, d: number) => ({
    n,
    d,
    x: uniformValues(n * d, 3),
    nu: uniformValues(n, 4, 0, 1),
  });
  const curve = (name: "tanh" | "exp" | "log", from: number, to: number) => {
    return timed("function", { name, x: uniformValues(million, 9, from, to) }, true);
  };
  return {
    "product 64": product(64, 64, 64, true),
    "product 512": product(512, 512, 512, false),
    "product 50×784·784×80": product(50, 784, 80, true),
    "gram d=81 n=500": timed("gram", gram(500, 81), true),
    "gram d=785 n=500": timed("gram", gram(500, 785)),
    "cholesky 80 × d=81": timed("cholesky", spd(80, 81), true),
    "cholesky d=785": timed("cholesky", spd(1, 785)),
    "solve d=785, 80 columns": timed("solve", solve(1, 785, 80)),
    "tanh of a million": curve("tanh", -6, 6),
    "exp of a million": curve("exp", -20, 20),
    "log of a million": curve("log", 1e-3, 1e3),
    sgd: trained("sgd"),
    adam: trained("adam"),
  };
}

/** Products, matrices, functions and training steps in float64, beside the same in float32 and the reference backend. */
export async function f64(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  const oracle = await reference();
  for (const [name, one] of Object.entries(problems())) {
    session.progress(`f64 ${name}`);
    const start = (backend: Parameters<typeof oursOn>[0], float: "f32" | "f64") => {
      const solver = oursOn(backend, float)[one.kind] as (problem: unknown) => Promise<Contestant>;
      return solver(one.problem);
    };
    const variants = session.ours.filter(({ single }) => single === null);
    const peer = one.reference ? [await start(oracle, "f64")] : [];
    const own = await Promise.all(
      variants.flatMap(({ backend }) => [start(backend, "f64"), start(backend, "f32")]),
    );
    const contestants = [...peer, ...own];
    const seconds = await interleaved(contestants, session.options);
    const values = seconds.map(one.value);
    const slow =
      peer.length > 0 && Number.isFinite(seconds[0]) ? { reference: values[0] as number } : {};
    variants.forEach(({ variant }, at) => {
      const [ours, f32] = values.slice(peer.length + 2 * at) as [number, number];
      const { unit, better } = one;
      const named = { suite: "f64", case: `${name} ${variant}`, unit, better };
      results.push(resultOf({ ...named, ours, peers: { f32, ...slow } }));
    });
    for (const contestant of contestants) await contestant.close();
  }
  await oracle.close();
  return results;
}
