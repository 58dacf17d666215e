/** Problems that are linear in the parameters: one step of the exact metric solves them. */
import { cpu } from "@metrigrad/cpu";
import {
  add,
  concat,
  laplacian,
  matmul,
  mul,
  type Node,
  sin,
  square,
  sub,
  sum,
  tanh,
} from "@metrigrad/graph";
import { observedMetrics } from "@metrigrad/metric";
import { dense, lambda, sequential } from "@metrigrad/nn";
import { constantSchedule, rngd } from "@metrigrad/optim";
import { type Backend, GraphError, reference, type Tensor, tensor } from "@metrigrad/tensor";
import { Matrix, solve as solveLinear } from "ml-matrix";
import test from "tape";
import {
  type Field,
  gridPoints,
  latinHypercube,
  relativeError,
  responses,
  solve,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { interval, sineSeries, waveProblem, waves } from "./problems.ts";

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

const newton = rngd({
  metrics: observedMetrics(),
  relative: 0,
  absolute: 1e-12,
  learningRate: 1,
  momentum: 0,
  schedule: constantSchedule(),
});

test("solve: a linear least-squares problem with weights in one step", async (t) => {
  const rows = [
    [1, 0.5, -1],
    [0, 2, 1],
    [-1, 1, 0.3],
    [0.7, -0.2, 2],
    [1.5, 1, 1],
  ];
  const more = [
    [0.1, 0.2, 0.3],
    [-2, 0.4, 1],
    [0.5, 0.5, -0.5],
  ];
  const target = (x: Node) => sin(mul(2, sum(x, { axis: 1, keepDims: true })));
  const problem = responses({
    first: { at: rows, of: (u, x) => sub(u(x), target(x)) },
    second: { at: tensor(more), of: (u, x) => sub(u(x), target(x)), weight: 5 },
  });
  const run = await solve(dense(3, 1), problem, {
    optimizer: newton,
    steps: 1,
    seed: 2,
    backend: reference,
  });
  // The normal equations of rows times √(weight/n).
  const scaled = (row: readonly number[], by: number) => [...row, 1].map((x) => x * by);
  const wanted = (row: readonly number[]) => Math.sin(2 * row.reduce((a, b) => a + b, 0));
  const [a, b] = [Math.sqrt(1 / 5), Math.sqrt(5 / 3)];
  const design = new Matrix([
    ...rows.map((row) => scaled(row, a)),
    ...more.map((r) => scaled(r, b)),
  ]);
  const right = Matrix.columnVector([
    ...rows.map((row) => a * wanted(row)),
    ...more.map((row) => b * wanted(row)),
  ]);
  const normal = design.transpose().mmul(design);
  const best = solveLinear(normal, design.transpose().mmul(right));
  const [name] = run.store.variables.filter(({ spec }) => spec.role === "parameter");
  const found = [...(await run.store.read((name as NonNullable<typeof name>).path)).data()];
  const off = found.map((value, at) => Math.abs(value - best.get(at, 0)));
  t.ok(Math.max(...off) < 1e-8, `off by ${Math.max(...off)}`);

  // Each loss is weight · ½ · mean of the squares.
  const half = (all: readonly number[][], weight: number) => {
    const squares = all.map((row) => {
      const u = [...row, 1].reduce((s, x, at) => s + x * (found[at] as number), 0);
      return (u - wanted(row)) ** 2;
    });
    return (weight / 2 / all.length) * squares.reduce((x, y) => x + y, 0);
  };
  const losses = await run.losses();
  t.deepEqual(Object.keys(losses), ["first", "second"]);
  t.ok(Math.abs((losses.first as number) - half(rows, 1)) < 1e-9);
  t.ok(Math.abs((losses.second as number) - half(more, 5)) < 1e-9);
  const event = run.history[0];
  const parts = Object.values(event?.losses ?? {}).reduce((x, y) => x + y, 0);
  t.ok(Math.abs(parts - (event?.loss as number)) < 1e-9, "the loss is their sum");
  t.equal(run.steps, 1);
  await run.close();
});

test("solve: residuals of several values count with the sum of their squares", async (t) => {
  const problem = responses({
    two: { at: [[1], [2], [3]], of: (u, x) => matmul(add(u(x), x), [[1, 2]]) },
  });
  const run = await solve(dense(1, 1), problem, {
    optimizer: newton,
    steps: 2,
    seed: 1,
    backend: reference,
  });
  const u = ((await run.at([[1], [2], [3]])) as Tensor).data();
  t.ok(Math.max(...[...u].map((y, at) => Math.abs(y + at + 1))) < 1e-6, "u = −x");
  t.ok((run.history.at(-1)?.loss as number) < 1e-12);
  const first = run.history[0]?.loss as number;
  t.ok(first > 0);
  await run.close();
});

test("solve: an equation of second order in one step", async (t) => {
  const model = sineSeries();
  const run = await solve(model, waveProblem(12), {
    optimizer: newton,
    steps: 1,
    seed: 4,
    backend: reference,
    evaluate: {
      of: { relativeL2: (u) => relativeError(u, waves.exact, gridPoints([51], interval)) },
    },
  });
  t.equal(run.history.length, 1, "measured at the end, whatever the turn");
  const error = run.history[0]?.measures?.relativeL2 as number;
  t.ok(error < 1e-6, `relative error ${error}`);
  await run.close();
});

test("solve: conditions that hold by construction, and periodic ones", async (t) => {
  // v = x(1 − x)u vanishes at both ends; v″ is linear in u = 1 + 2x + 3x².
  const powers = sequential(
    lambda((x: Node) => concat([x, square(x)], 1)),
    dense(2, 1),
  );
  const inside = (u: Field) => (x: Node) => mul(mul(x, sub(1, x)), u(x));
  // v = x + x² + x³ − 3x⁴, v″ = 2 + 6x − 36x².
  const second = (x: Node) => sub(add(2, mul(6, x)), mul(36, square(x)));
  const enclosed = responses({
    interior: {
      at: latinHypercube(9, interval),
      of: (u, x) => sub(laplacian(inside(u), x), second(x)),
    },
  });
  const options = { optimizer: newton, steps: 1, seed: 1, backend: reference };
  const run = await solve(powers, enclosed, options);
  const values = [...(await run.at([[0], [0.5], [1]])).data()];
  [1, 2.75, 6].forEach((wanted, at) => {
    t.ok(Math.abs((values[at] as number) - wanted) < 1e-6, `u = ${values[at]}, ${wanted}`);
  });
  await run.close();

  // sin πkx with k odd is antiperiodic over 1, with k even periodic: only the even waves are left.
  const periodic = responses({
    period: { at: [[0.1], [0.3], [0.35]], of: (u, x) => sub(u(x), u(add(x, 1))), weight: 10 },
    height: { at: [[0.1], [0.2], [0.3]], of: (u, x) => sub(u(x), sin(mul(2 * Math.PI, x))) },
  });
  const even = await solve(sineSeries(), periodic, options);
  const [there, here] = (await even.at([[1.45], [0.45]])).data();
  t.ok(Math.abs((there as number) - (here as number)) < 1e-6, `${there}, ${here}`);
  t.ok(Math.abs((here as number) - Math.sin(0.9 * Math.PI)) < 1e-6);
  await even.close();
});

test("solve: the cpu backend does what the reference does", async (t) => {
  const device = await cpu({ threads: 1 });
  t.teardown(() => device.close());
  const after = async (backend: Backend, float: "f32" | "f64") => {
    const model = sequential(dense(1, 5, { activation: tanh }), dense(5, 1));
    const options = { steps: 6, seed: 3, backend, float };
    const run = await solve(model, waveProblem(20, 7), options);
    const losses = Object.values(await run.losses());
    t.ok(sumOf(losses) < (run.history[0]?.loss as number), `to ${losses}`);
    await run.close();
    return losses;
  };
  const wanted = await after(await reference(), "f64");
  for (const [float, allowed] of [
    ["f64", 1e-7],
    ["f32", 1e-2],
  ] as const) {
    const found = await after(device, float);
    found.forEach((loss, at) => {
      const off = Math.abs(loss / (wanted[at] as number) - 1);
      t.ok(off < allowed, `${float}: ${loss} off by ${off}`);
    });
  }
});

test("solve: points are functions of seed and step, drawn anew where asked", async (t) => {
  const backend = await reference();
  const pointsAfter = async (steps: number, seed: number, resample: number) => {
    const options = { optimizer: newton, steps, seed, backend };
    const run = await solve(sineSeries(), waveProblem(6, resample), options);
    const points = (await run.points("interior")) as Tensor;
    const ends = (await run.points("ends")) as Tensor;
    t.deepEqual([...ends.data()], [0, 1], "fixed ones stay");
    await run.close();
    return [...points.data()];
  };
  const first = await pointsAfter(1, 1, 0);
  t.equal(first.length, 6);
  t.deepEqual(await pointsAfter(3, 1, 0), first, "the same without resample");
  t.deepEqual(await pointsAfter(2, 1, 2), first, "the same up to the first renewal");
  const second = await pointsAfter(3, 1, 2);
  t.notDeepEqual(second, first, "others after it");
  t.deepEqual(await pointsAfter(4, 1, 2), second, "the same until the next one");
  t.deepEqual(await pointsAfter(2, 1, 1), second, "by the number of the draw");
  t.notDeepEqual(await pointsAfter(1, 2, 0), first, "others by another seed");
});

test("solve: goes on from the store of another run", async (t) => {
  const backend = await reference();
  const slow = rngd({
    metrics: observedMetrics(),
    absolute: 1,
    learningRate: 0.5,
    schedule: constantSchedule(),
  });
  const common = { optimizer: slow, seed: 1 };
  const whole = await solve(sineSeries(), waveProblem(6, 2), { ...common, steps: 5, backend });
  const model = sineSeries();
  const half = await solve(model, waveProblem(6, 2), { ...common, steps: 3, backend });
  const rest = await solve(model, waveProblem(6, 2), {
    ...common,
    steps: 5,
    store: half.store,
  });
  t.deepEqual(
    rest.history.map(({ step }) => step),
    [4, 5],
  );
  t.deepEqual(
    [...((await rest.points("interior")) as Tensor).data()],
    [...((await whole.points("interior")) as Tensor).data()],
    "points go on",
  );
  t.deepEqual(await rest.losses(), await whole.losses(), "and so does all else");
  const again = solve(model, waveProblem(6), { ...common, steps: 5, store: half.store });
  await rejects(t, again, GraphError, /must have steps left \(it has 5\).*has done 5/);
  const left = half.store.variables.map(({ spec }) => spec.role);
  await rest.close();
  t.ok(left.includes("data"), "points are there until a run is closed");
  await half.close();
  await whole.close();
});

test("solve: ends by tolerance, time or signal", async (t) => {
  const backend = await reference();
  const problem = waveProblem(6);
  const options = { optimizer: newton, steps: 50, seed: 1, backend };
  const close = await solve(sineSeries(), problem, { ...options, tolerance: 1e-8 });
  t.equal(close.endedBy, "tolerance");
  t.ok(close.steps < 50 && (close.history.at(-1)?.loss as number) <= 1e-8);
  const short = await solve(sineSeries(), problem, { ...options, seconds: 1e-9 });
  t.deepEqual(
    [short.endedBy, short.steps],
    ["seconds", 3],
    "the step after the one that is measured",
  );
  const stop = new AbortController();
  const seen: number[] = [];
  const stopped = await solve(sineSeries(), problem, {
    ...options,
    signal: stop.signal,
    checkEvery: 2,
    onStep: ({ step }) => {
      seen.push(step);
      if (step === 4) stop.abort();
    },
  });
  t.deepEqual([stopped.endedBy, stopped.steps, seen], ["signal", 4, [2, 4]]);
  for (const run of [close, short, stopped]) await run.close();
});
