import { cpu } from "@metrigrad/cpu";
import {
  add,
  broadcastTo,
  constant,
  exp,
  gradient,
  laplacian,
  mul,
  type Node,
  sin,
  square as squared,
  squeeze,
  sub,
  sum,
  tanh,
} from "@metrigrad/graph";
import { bernoulli, defModule, dense, ones, param, sequential } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { GraphError, reference, ShapeError, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  adaptivePoints,
  type Field,
  gridPoints,
  latinHypercube,
  relativeError,
  responses,
  solve,
  uniformPoints,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { column, interval, square } from "./problems.ts";

const network = (inputs: number, width: number) =>
  sequential(dense(inputs, width, { activation: tanh }), dense(width, 1));

test("solve: Poisson's equation in one and two dimensions, in f64 on cpu", async (t) => {
  const backend = await cpu({ threads: 1 });
  t.teardown(() => backend.close());
  const line = (x: Node) => sin(mul(Math.PI, x));
  const plane = (x: Node) => mul(line(column(x, 0)), line(column(x, 1)));
  const one = responses({
    interior: {
      at: gridPoints([50], interval, { on: "inside" }),
      of: (u, x) => add(laplacian(u, x), mul(Math.PI ** 2, line(x))),
    },
    ends: { at: [[0], [1]], of: (u, x) => u(x), weight: 100 },
  });
  const two = responses({
    interior: {
      at: gridPoints([16, 16], square, { on: "inside" }),
      of: (u, x) => add(laplacian(u, x), mul(2 * Math.PI ** 2, plane(x))),
    },
    edge: {
      at: gridPoints([16, 16], square, { on: "boundary" }),
      of: (u, x) => u(x),
      weight: 100,
    },
  });
  for (const [model, problem, exact, points] of [
    [network(1, 12), one, line, gridPoints([101], interval)],
    [network(2, 16), two, plane, gridPoints([21, 21], square)],
  ] as const) {
    const run = await solve(model, problem, {
      steps: 240,
      seed: 5,
      backend,
      checkEvery: 50,
      evaluate: { every: 120, of: { error: (u) => relativeError(u, exact, points) } },
    });
    t.equal(run.store.float, "f64", "in 64 bits where the backend has them");
    const errors = run.history.flatMap(({ measures }) => measures?.error ?? []);
    t.equal(errors.length, 2);
    t.ok((errors.at(-1) as number) < 5e-6, `relative errors ${errors}`);
    await run.close();
  }
});

/** A number: κ for all points. */
const coefficient = defModule({
  name: "coefficient",
  params: { value: param([], ones) },
  apply: ({ value }, x) => broadcastTo(value, [x.shape[0] as number, 1]),
});

test("solve: an inverse problem, a coefficient from data, with a record of modules", async (t) => {
  // u″ = −κ sin πx with κ = 3: u = 3/π² sin πx.
  const kappa = 3;
  const exact = (x: Node) => mul(kappa / Math.PI ** 2, sin(mul(Math.PI, x)));
  const places = [[0.2], [0.4], [0.7]];
  const seen = places.map(([x = 0]) => [(kappa / Math.PI ** 2) * Math.sin(Math.PI * x)]);
  type Both = { readonly u: Field; readonly k: Field };
  const problem = responses({
    equation: {
      at: uniformPoints(15, interval),
      of: ({ u, k }: Both, x) => add(laplacian(u, x), mul(k(x), sin(mul(Math.PI, x)))),
    },
    ends: { at: [[0], [1]], of: ({ u }: Both, x) => u(x) },
    data: { at: { x: places, y: seen }, of: ({ u }: Both, { x, y }) => sub(u(x), y), weight: 10 },
  });
  const model = { u: network(1, 8), k: coefficient() };
  const run = await solve(model, problem, { steps: 120, seed: 1, backend: reference });
  const k = await run.at([[0]], ({ k }, x) => k(x));
  t.ok(Math.abs(k.item() - kappa) < 1e-3 * kappa, `κ = ${k.item()}`);
  const error = await run.at(places, ({ u }, x) => relativeError(u, exact, x));
  t.ok(error.item() < 1e-3, `relative error ${error.item()}`);
  const slope = await run.at([[0.5]], ({ u }, x) => gradient(u, x));
  t.deepEqual(slope.shape, [1, 1, 1], "with derivatives");
  t.deepEqual(
    run.store.variables.filter(({ spec }) => spec.role === "parameter").map(({ path }) => path),
    ["u/dense0/w", "u/dense1/w", "k/value"],
  );
  await rejects(t, run.at([[0]]), GraphError, /what is evaluated must be said.*got u, k/);
  await run.close();
});

test("solve: a part with a law beside residuals", async (t) => {
  // Labels for a logit that is to be harmonic: u = a + bx, of which the data have a best one.
  const x = [[-2], [-1], [0], [1], [2], [3]];
  const y = [[0], [0], [1], [0], [1], [1]];
  const problem = responses({
    labels: {
      at: { x, y: tensor(y, { dtype: "i32" }) },
      of: (u, { x }) => u(x),
      law: bernoulli(),
      targets: ({ y }) => y,
      weight: 2,
    },
    line: {
      at: gridPoints([21], { low: [-2], high: [3] }),
      of: (u, x) => laplacian(u, x),
      weight: 1e4,
    },
  });
  const run = await solve(network(1, 6), problem, { steps: 150, seed: 3, backend: reference });
  // Newton's method for logistic regression.
  let [a, b] = [0, 0];
  for (let turn = 0; turn < 50; turn++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    x.forEach(([at = 0], row) => {
      const p = 1 / (1 + Math.exp(-a - b * at));
      const [d, v] = [p - (y[row]?.[0] as number), p * (1 - p)];
      [g0, g1, h00, h01, h11] = [g0 + d, g1 + d * at, h00 + v, h01 + v * at, h11 + v * at * at];
    });
    const det = h00 * h11 - h01 ** 2;
    [a, b] = [a - (h11 * g0 - h01 * g1) / det, b - (h00 * g1 - h01 * g0) / det];
  }
  const losses = await run.losses();
  const cost = x.reduce((total, [at = 0], row) => {
    const logit = a + b * at;
    return total + Math.log1p(Math.exp(logit)) - (y[row]?.[0] as number) * logit;
  }, 0);
  const best = (2 * cost) / 6;
  t.ok(Math.abs((losses.labels as number) - best) < 0.05 * best, `${losses.labels}, ${best}`);
  await run.close();
});

test("solve: adaptive points follow the residual", async (t) => {
  // The network has no time to learn a narrow source.
  const source = (x: Node) => exp(mul(squared(sub(x, 0.3)), -400));
  const problem = (adaptive: boolean) => {
    const pool = latinHypercube(300, interval);
    const at = adaptive ? adaptivePoints(40, { pool, offset: 0, power: 2 }) : pool;
    return responses({
      interior: { at, of: (u, x) => sub(laplacian(u, x), mul(20, source(x))), resample: 1 },
    });
  };
  const near = async (adaptive: boolean) => {
    const run = await solve(network(1, 4), problem(adaptive), {
      optimizer: adam({ learningRate: 1e-4 }),
      steps: 3,
      seed: 1,
      backend: reference,
    });
    const points = [...((await run.points("interior")) as Tensor).data()];
    await run.close();
    return points.filter((x) => Math.abs(x - 0.3) < 0.1).length / points.length;
  };
  const share = await near(true);
  t.ok(share > 0.8, `${share} of the points in a fifth of the domain`);
  t.ok(Math.abs((await near(false)) - 0.2) < 0.02, "the pool is even");
});

test("solve: refusals", async (t) => {
  const at = uniformPoints(5, interval);
  const model = network(1, 3);
  const given = { steps: 1, seed: 1, backend: reference };
  const good = responses({ part: { at, of: (u, x) => u(x) } });
  const refused = (
    parts: Parameters<typeof responses>[0],
    type: new (...args: never[]) => Error,
    text: RegExp,
  ) => rejects(t, solve(model, responses(parts) as never, given), type, text);
  await refused(
    { part: { at, of: (u: Field, x: Node) => sum(u(x)) } } as never,
    ShapeError,
    /solve, part: of must return a float residual \[5\] or \[5, m\].*got float \[\]/,
  );
  await refused(
    { part: { at, of: (u: Field, x: Node) => ({ a: u(x) }) } } as never,
    ShapeError,
    /got a tree of nodes/,
  );
  await refused(
    { part: { at, of: (_: Field, x: Node) => squeeze(x, 1) } } as never,
    GraphError,
    /solve, part: the response must depend on a parameter of the model/,
  );
  await refused({ part: { at, of: () => 3 } } as never, GraphError, /of must return a node/);
  await refused(
    { part: { at: uniformPoints(5, square), of: (u: Field, x: Node) => u(x) } } as never,
    ShapeError,
    /dense/,
  );
  await refused(
    {
      part: {
        at: { x: adaptivePoints(5, { pool: at }), y: uniformPoints(5, interval) },
        of: (u: Field, { x }: { x: Node }) => u(x),
      },
    } as never,
    GraphError,
    /adaptivePoints: it must be all of `at`/,
  );
  const bad = (options: object, text: RegExp) =>
    rejects(t, solve(model, good, { ...given, ...options } as never), GraphError, text);
  await bad({ stesp: 3 }, /solve: options must be among steps, seconds.*got stesp/);
  await bad({ steps: 0 }, /steps must be a positive integer, got 0/);
  await bad({ seed: -1 }, /seed must be an integer/);
  await bad({ backend: undefined }, /either backend or store must be given, got neither/);
  await bad({ optimizer: 3 }, /optimizer must be a value like rngd\(\)/);
  await bad({ seconds: 0 }, /seconds must be a positive number/);
  await bad({ float: "f16" }, /float must be "f32" or "f64", got f16/);
  await bad({ onStep: 3 }, /onStep must be a function/);
  await bad({ evaluate: { of: { error: 3 } } }, /evaluate\.of\.error must be a function/);
  await bad(
    { evaluate: { of: { error: (u: Field) => u(constant(tensor([[1]]))) } } },
    /evaluate\.of\.error: it must return a scalar node, got \[1, 1\]/,
  );
  await bad({ backend: 3 }, /backend must be one, a promise of one/);
  await rejects(t, solve(3 as never, good, given), GraphError, /must be a module, or modules by/);
  await rejects(
    t,
    solve(model, 3 as never, given),
    GraphError,
    /second argument must be a problem/,
  );
  const run = await solve(model, good, given);
  const on = { steps: 3, seed: 1, store: run.store };
  const [first, second] = [solve(model, good, on), solve(model, good, on)];
  await rejects(t, second, GraphError, /solve: a store may be trained by one run at a time/);
  await (await first).close();
  await rejects(t, run.points("prat"), GraphError, /the part must be among part, got prat/);
  await run.close();
});

test("relativeError: of values and functions", async (t) => {
  const run = await solve(
    dense(1, 1),
    responses({ part: { at: [[1], [2]], of: (u, x) => sub(u(x), x) } }),
    { steps: 20, seed: 1, backend: reference },
  );
  // u = x: ‖x − 2x‖/‖2x‖ = ½.
  const half = await run.at([[1], [3]], (u, x) => relativeError(u, (at) => mul(2, at), x));
  t.ok(Math.abs(half.item() - 0.5) < 1e-6);
  const values = await run.at([[1], [3]], (u, x) => relativeError(u, [2, 6], x));
  t.ok(Math.abs(values.item() - 0.5) < 1e-6);
  t.throws(() => relativeError((x) => x, [1, 2, 3], [[1]]), /relativeError: u and the exact/);
  await run.close();
});
