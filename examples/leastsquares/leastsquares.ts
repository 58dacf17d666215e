import {
  add,
  constant,
  cpu,
  defModule,
  engd,
  gaussian,
  mean,
  mul,
  type Node,
  type Optimizer,
  param,
  slice,
  square,
  sub,
  tensor,
  trainingStep,
  zeros,
} from "metrigrad";
import { curves, responses } from "./curves.ts";
import { type Problem, problems } from "./problems.ts";

export const curve = (problem: Problem) => {
  const { name, certified, x } = problem;
  const f = curves[name]!;
  return defModule({
    name: "curve",
    params: () => ({ b: param([certified.length], zeros, { decay: "none" }) }),
    apply: ({ b }, xs: Node) => {
      const one = (at: number) => slice(b, [[at, at + 1]]);
      const column = (at: number) => slice(xs, [null, [at, at + 1]]);
      return f(certified.map((_, at) => one(at)), column(0), x.length > 1 ? column(1) : column(0));
    },
  })();
};

/** Least correct digits of parameters. */
export const digits = (found: readonly number[], certified: readonly number[]) =>
  Math.min(
    11,
    ...found.map((one, at) => -Math.log10(Math.abs(one - certified[at]!) / Math.abs(certified[at]!)))
  );

export async function solveFrom(backend: Awaited<ReturnType<typeof cpu>>, problem: Problem, start: readonly number[], optimizer: Optimizer, most = 1000) {
  const model = curve(problem);
  const store = await backend.store(model, { seed: 1 });
  const [{ spec }] = model.variables as never as [{ spec: never }];
  await store.write(spec, tensor(Float64Array.from(start)));
  const n = problem.y.length;
  const y = problem.y.map(responses[problem.name] ?? ((one) => one));
  const target = constant(tensor(y.map((one) => [one])));
  const xs = tensor(problem.y.map((_, row) => problem.x.map((column) => column[row]!)));
  const step = await trainingStep(store, {
    optimizer,
    feeds: { x: [n, problem.x.length] },
    loss: ({ x }, { apply, observe }) => {
      const residual = sub(apply(model, x), target);
      observe(residual, gaussian());
      return mul(mean(square(residual)), 0.5);
    },
    report: true,
    checkFinite: false,
  });
  let b = start;
  let same = 0;
  let steps = 0;
  const trace: string[] = [];
  while (steps < most && same < 40) {
    const { loss, report } = await step.run({ x: xs });
    steps += 1;
    const next = [...(await store.read(spec)).data()];
    const moved = Math.max(...next.map((one, at) => Math.abs(one - b[at]!) / (Math.abs(one) + 1e-300)));
    same = moved < 1e-13 ? same + 1 : 0;
    b = next;
    if (process.env.TRACE) trace.push(`${steps} ${loss} ${moved.toExponential(1)} ${JSON.stringify(report)} ${b.join(" ")}`);
  }
  await step.close();
  if (process.env.TRACE) console.log(trace.join("\n"));
  return { digits: digits(b, problem.certified), steps, b };
}
