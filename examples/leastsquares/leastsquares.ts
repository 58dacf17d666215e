/**
 * Nonlinear least squares on the 27 problems of NIST's Statistical Reference Datasets, of which the solutions are certified to eleven
 * digits. Each is fitted from both published starting points by Levenberg–Marquardt steps, which are energy natural gradient steps of
 * residuals under a Gaussian law: damped along the largest diagonal so far, since parameters are as far apart as 1e-9 and 1e5, and
 * solved by QR of the Jacobian, since its square would have half of the digits.
 *
 * Run it: `npx tsx examples/leastsquares/leastsquares.ts`, or with the names of some problems
 */
import {
  type Backend,
  constant,
  cpu,
  defModule,
  engd,
  gaussian,
  type Module,
  mean,
  mul,
  type Node,
  type ParameterSpec,
  param,
  type Store,
  slice,
  square,
  sub,
  tensor,
  trainingStep,
  zeros,
} from "metrigrad";
import { isMain } from "../support/settings.ts";
import { type Curve, curves, transforms } from "./curves.ts";
import { type Problem, problems } from "./problems.ts";

// #region model
const curve = (b: ParameterSpec, f: Curve) =>
  defModule({
    name: "curve",
    params: { b },
    apply: ({ b }, x: Node) => {
      const parts = Array.from({ length: b.shape[0] as number }, (_, at) =>
        slice(b, [[at, at + 1]]),
      );
      const columns = Array.from({ length: x.shape[1] as number }, (_, at) =>
        slice(x, [null, [at, at + 1]]),
      );
      return f(parts, columns);
    },
  })();

const optimizer = engd({
  solver: "qr",
  dampedBy: "largest",
  relative: 0.01,
  absolute: 0,
  lineSearch: { trials: 14 },
  acceleration: { limit: 1 },
  adapt: { by: "length", lower: 0.3, higher: 10, enough: 0.3 },
});

const stepFor = (store: Store, model: Module, y: Node, columns: number) =>
  trainingStep(store, {
    optimizer,
    feeds: { x: [y.shape[0] as number, columns] },
    loss: ({ x }, { apply, observe }) => {
      const residual = sub(apply(model, x), y);
      observe(residual, gaussian());
      return mul(mean(square(residual)), 0.5);
    },
    // A trial that is not finite is a step that is not taken.
    checkFinite: false,
  });
// #endregion

/** A fit has ended when no parameter moved by more than this part of itself for so many steps. */
const [still, patience, most] = [1e-13, 40, 3000] as const;

/** The parameters from a starting point, and after how many steps they moved no more. */
export async function fitted(backend: Backend, problem: Problem, start: readonly number[]) {
  const { name, y, x } = problem;
  const b = param([start.length], zeros, { decay: "none" });
  const model = curve(b, curves[name] as Curve);
  const store = await backend.store(model, { seed: 1 });
  await store.write(b, tensor(Float64Array.from(start)));
  const targets = y.map(transforms[name] ?? ((value) => value));
  const target = constant(tensor(targets.map((value) => [value])));
  const step = await stepFor(store, model, target, x.length);
  const rows = tensor(y.map((_, row) => x.map((column) => column[row] as number)));
  let [found, last] = [[...start], 0];
  for (let turn = 1; turn <= most && turn - last <= patience; turn++) {
    await step.advance({ x: rows });
    const next = [...(await store.read(b)).data()];
    const moves = next.some(
      (value, at) => Math.abs(value - (found[at] as number)) > still * Math.abs(value),
    );
    if (moves) last = turn;
    found = next;
  }
  await step.close();
  await store.close();
  return { found, steps: last };
}

/** Digits that all parameters have in common with the certified ones, of which there are eleven: −log₁₀|b − c|/|c|. */
export function correctDigits(found: readonly number[], certified: readonly number[]): number {
  const digits = certified.map((c, at) => -Math.log10(Math.abs(((found[at] as number) - c) / c)));
  return Math.min(11, ...digits);
}

if (isMain(import.meta.url)) {
  const backend = await cpu({ float: "f64" });
  const names = process.argv.slice(2);
  const chosen = problems().filter(({ name }) => names.length === 0 || names.includes(name));
  let solved = 0;
  console.log("problem    level    digits (steps) from start 1, start 2");
  for (const problem of chosen) {
    const { name, level, starts, certified } = problem;
    const all = [];
    for (const start of starts) {
      const { found, steps } = await fitted(backend, problem, start);
      all.push({ digits: correctDigits(found, certified), steps });
    }
    if (all.every(({ digits }) => digits >= 6)) solved++;
    const cells = all.map(({ digits, steps }) => `${digits.toFixed(1)} (${steps})`.padEnd(12));
    console.log(`${name.padEnd(10)} ${level.padEnd(8)} ${cells.join(" ").trim()}`);
  }
  console.log(`six digits or more from both: ${solved} of ${chosen.length}`);
  await backend.close();
}
