/** The line search for the strong Wolfe conditions within one step, on functions whose values and slopes are known. */
import {
  add,
  compile,
  constant,
  cos,
  exp,
  input,
  log,
  mul,
  type Node,
  square,
  sub,
  sum,
} from "@metrigrad/graph";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { chain, engd, lineSearch, type OptimizerContext, scale } from "../../src/index.ts";
import { wolfeLength } from "../../src/transforms/wolfeSearch.ts";
import { contextOf, follow, inputs, regression, regressionContext, targets } from "../problem.ts";

/** One function of two parameters: its graph, and its value and slope along a line in plain numbers. */
interface Known {
  readonly graph: (x: Node) => Node;
  readonly value: (x: readonly number[]) => number;
  readonly gradient: (x: readonly number[]) => number[];
  readonly start: readonly [number, number];
}

const at = (x: Node, k: number) => sum(mul(x, [1 - k, k]));

const functions: Readonly<Record<string, Known>> = {
  rosenbrock: {
    graph: (x) => add(square(sub(1, at(x, 0))), mul(100, square(sub(at(x, 1), square(at(x, 0)))))),
    value: ([a = 0, b = 0]) => (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: ([a = 0, b = 0]) => [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)],
    start: [-1.2, 1],
  },
  waves: {
    graph: (x) => sub(mul(0.1, sum(square(x))), sum(cos(mul(3, x)))),
    value: (x) => x.reduce((sum, one) => sum + 0.1 * one * one - Math.cos(3 * one), 0),
    gradient: (x) => x.map((one) => 0.2 * one + 3 * Math.sin(3 * one)),
    start: [2, 0.4],
  },
  "a logarithm, which is not finite everywhere": {
    graph: (x) => sub(sum(exp(x)), sum(log(add(x, 1)))),
    value: (x) => x.reduce((sum, one) => sum + Math.exp(one) - Math.log(one + 1), 0),
    gradient: (x) => x.map((one) => Math.exp(one) - 1 / (one + 1)),
    start: [2, 1],
  },
};

/** The length that a search finds along −factor times the gradient, and the conditions there. */
async function searched(
  { graph, value, gradient, start }: Known,
  factor: number,
  { trials = 30, decrease = 1e-4, curvature = 0.9 } = {},
) {
  const x = input("x", [2]);
  const base = contextOf(regression());
  const context: OptimizerContext = { ...base, loss: graph(x), penalty: null };
  const slope = gradient(start);
  const u = slope.map((one) => factor * one);
  const step = { directions: [[x, constant(tensor(Float64Array.from(u)))]] } as never;
  const full = { rule: "wolfe", trials, decrease, curvature } as const;
  const backend = await reference();
  const store = await backend.store([]);
  const { length, evaluations } = wolfeLength(full, step, context);
  const program = await compile({ outputs: { length, evaluations } }, store);
  const handles = await program.run({ x: start });
  const found = (await handles.length.read()).item();
  const count = (await handles.evaluations.read()).item();
  await backend.close();
  const point = start.map((one, k) => one - found * (u[k] as number));
  const along = (x: readonly number[]) =>
    -gradient(x).reduce((sum, one, k) => sum + one * (u[k] as number), 0);
  const begins = along(start);
  return {
    length: found,
    evaluations: count,
    change: value(point) - value(start),
    decreases: value(point) <= value(start) + decrease * found * begins,
    levels: Math.abs(along(point)) <= curvature * Math.abs(begins) * (1 + 1e-12),
  };
}

for (const [name, known] of Object.entries(functions)) {
  test(`lineSearch, wolfe, ${name}: both conditions hold where it ends`, async (t) => {
    for (const factor of [1e-5, 1e-3, 0.1, 1, 30]) {
      for (const curvature of [0.9, 0.1]) {
        const { length, evaluations, ...holds } = await searched(known, factor, { curvature });
        const text = `factor ${factor}, c₂ ${curvature}: ${length} after ${evaluations}`;
        t.ok(length > 0 && holds.decreases && holds.levels && evaluations <= 30, text);
      }
    }
  });
}

test("lineSearch, wolfe: the number of trials is bounded, and the lowest counts", async (t) => {
  const rosenbrock = functions.rosenbrock as Known;
  const one = await searched(rosenbrock, 30, { trials: 1 });
  t.deepEqual([one.length, one.evaluations], [0, 1], "the only one is not lower");
  for (const trials of [3, 6]) {
    const few = await searched(rosenbrock, 1e-7, { trials, curvature: 0.01 });
    t.ok(few.evaluations <= trials && few.length > 1 && few.change < 0, `${few.length}`);
  }
  const up = await searched(rosenbrock, -0.001);
  t.equal(up.length, 0, "nothing is taken of a direction that rises");
});

test("lineSearch, wolfe: in a chain, on a linear model", async (t) => {
  const batch = { x: inputs, y: targets };
  const after = async (optimizer: ReturnType<typeof engd>) => {
    const model = regression();
    const run = await follow(model, optimizer, [batch], regressionContext(model));
    return [run[0]?.get("w"), run.at(-1)?.get("w")] as [Float64Array, Float64Array];
  };
  const [before, plain] = await after(chain(scale(1), lineSearch({ rule: "wolfe" })));
  const [, one] = await after(chain(scale(1), scale(1)));
  const ratios = plain.map(
    (value, k) => (value - (before[k] as number)) / ((one[k] as number) - (before[k] as number)),
  );
  t.ok(Math.max(...ratios) - Math.min(...ratios) < 1e-9 && (ratios[0] as number) > 0, "one length");
  const search = { rule: "wolfe", curvature: 0.1 } as const;
  const [, exact] = await after(engd({ relative: 1e-12, lineSearch: { trials: 1, longest: 1 } }));
  const [, found] = await after(engd({ relative: 1e-12, lineSearch: search }));
  const off = Math.max(...found.map((value, k) => Math.abs(value - (exact[k] as number))));
  t.ok(off < 1e-9, `the step of Gauss and Newton meets the conditions as it is: ${off}`);
  t.deepEqual(engd({ lineSearch: search }).settings.lineSearch, search);
  t.deepEqual(lineSearch(search).settings, { trials: 8, decrease: 1e-4, ...search });
});
