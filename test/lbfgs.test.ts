/** What holds of quasi-Newton steps: line search, accepted points, ends of runs, losses that are not finite, float32. */
import {
  abs,
  accumulate,
  add,
  type Backend,
  categorical,
  checkpointBytes,
  compile,
  cos,
  cpu,
  dataSet,
  dense,
  fit,
  GraphError,
  grad,
  lbfgs,
  loadCheckpoint,
  log,
  mul,
  type Node,
  type Optimizer,
  reference,
  sequential,
  sin,
  slice,
  square,
  ssbroyden,
  sub,
  sum,
  tensor,
  trainingStep,
  type Variable,
  variable,
} from "metrigrad";
import test from "tape";

const methods = { lbfgs, ssbroyden } as const;

function rosenbrock(x: Node): Node {
  const size = x.shape[0] as number;
  const [before, after] = [slice(x, [[0, size - 1]]), slice(x, [[1, size]])];
  return sum(add(mul(100, square(sub(after, square(before)))), square(sub(1, before))));
}

/** A step on one vector. */
async function stepOn(
  loss: (x: Node) => Node,
  start: readonly number[],
  { optimizer = lbfgs(), open = reference as () => Promise<Backend>, l2 = 0 } = {},
) {
  const x: Variable = variable("x", [start.length]);
  const backend = await open();
  const store = await backend.store([x.attrs]);
  await store.write(x.attrs, tensor(start));
  const options = { optimizer, parameters: [x], feeds: {}, report: true, l2 } as const;
  const step = await trainingStep(store, { ...options, loss: () => loss(x) });
  const point = async () => [...(await store.read(x.attrs)).data()];
  return { x, backend, store, step, point };
}

/** Loss and gradient at points, by a program of their own. */
async function measured(loss: (x: Node) => Node, points: readonly (readonly number[])[]) {
  const x = variable("x", [points[0]?.length ?? 0]);
  const value = loss(x);
  const backend = await reference();
  const store = await backend.store([x.attrs]);
  const program = await compile({ outputs: [value, ...grad(value, [x])] }, store);
  const found: { readonly value: number; readonly slope: readonly number[] }[] = [];
  for (const point of points) {
    await store.write(x.attrs, tensor(point));
    const [one, two] = await Promise.all((await program.run()).map((handle) => handle.read()));
    found.push({ value: one?.item() ?? Number.NaN, slope: [...(two?.data() ?? [])] });
  }
  await backend.close();
  return found;
}

/** The parameters before and after every evaluation, with the losses and reports of the steps. */
async function follow(
  loss: (x: Node) => Node,
  start: readonly number[],
  steps: number,
  options: { optimizer?: Optimizer; open?: () => Promise<Backend>; l2?: number } = {},
) {
  const { step, point, backend } = await stepOn(loss, start, options);
  const points = [await point()];
  const losses: number[] = [];
  const reports: Readonly<Record<string, number | readonly number[]>>[] = [];
  for (let at = 0; at < steps; at++) {
    const { loss: before, report } = await step.run({});
    losses.push(before);
    reports.push(report?.quantities ?? {});
    points.push(await point());
  }
  await backend.close();
  return { points, losses, reports };
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((total, value, at) => total + value * (b[at] as number), 0);
const distinct = (points: readonly (readonly number[])[]) =>
  points.filter((point, at) => at === 0 || point.join() !== points[at - 1]?.join());

for (const [name, method] of Object.entries(methods)) {
  test(`${name}: every accepted step meets the strong Wolfe conditions`, async (t) => {
    for (const [curvature, start] of [
      [0.9, [-1.2, 1, 0.5]],
      [0.1, [-1.2, 1, 0.5]],
      [0.01, [3, -2]],
    ] as const) {
      const optimizer = method({ lineSearch: { curvature } });
      const { points } = await follow(rosenbrock, start, 60, { optimizer });
      const accepted = distinct(points);
      const found = await measured(rosenbrock, accepted);
      t.ok(accepted.length > 8, `${accepted.length} points`);
      for (let at = 1; at < accepted.length && (found[at]?.value ?? 0) > 1e-12; at++) {
        const [before, after] = [found[at - 1], found[at]] as [
          (typeof found)[0],
          (typeof found)[0],
        ];
        const s = (accepted[at] as number[]).map((v, i) => v - (accepted[at - 1]?.[i] as number));
        const [first, second] = [dot(s, before.slope), dot(s, after.slope)];
        const sinks = after.value <= before.value + 1e-4 * first * (1 - 1e-9);
        const level = Math.abs(second) <= curvature * Math.abs(first) * (1 + 1e-9);
        t.ok(sinks && level, `${curvature}, step ${at}: ${before.value} to ${after.value}`);
      }
    }
  });

  test(`${name}: a trial where the loss is infinite or NaN shortens the step`, async (t) => {
    // From 1 the first trial, 1 − 49/49, is 0, where the loss is infinite; in front of 0 it is NaN.
    for (const rate of [50, 60]) {
      const barrier = (x: Node) => sum(sub(mul(rate, x), log(x)));
      const { points } = await follow(barrier, [1], 30, { optimizer: method() });
      const [end = 0] = points.at(-1) ?? [];
      t.ok(Math.abs(end - 1 / rate) < 1e-9, `${rate}: ${end}`);
    }
    const steep = (x: Node) => sub(mul(1e-3, sum(x)), sum(log(sub(1e-2, square(sub(x, 1))))));
    const { points, losses } = await follow(steep, [0.95], 40, { optimizer: method() });
    t.ok(losses.every(Number.isFinite));
    t.ok(Math.abs((points.at(-1)?.[0] ?? 0) - 1) < 1e-4, "the middle of the interval");
  });

  test(`${name}: where nothing is lower any more it is done and stays`, async (t) => {
    const edge = (x: Node) => sum(abs(x));
    const { points, losses, reports } = await follow(edge, [0.3], 150, { optimizer: method() });
    t.equal(reports.at(-1)?.done, 1);
    const since = reports.findIndex(({ done }) => done === 1);
    t.equal(new Set(points.slice(since).map(String)).size, 1, `since ${since}`);
    t.ok(Math.abs(points.at(-1)?.[0] ?? 1) < 1e-6, `${points.at(-1)}`);
    t.ok(losses.every((loss, at) => at === 0 || loss <= (losses[at - 1] as number)));
    const still = await follow((x) => sum(square(x)), [0, 0], 3, { optimizer: method() });
    t.deepEqual([still.points.at(-1), still.reports.at(-1)?.done], [[0, 0], 1], "no gradient");
  });
}

test("lbfgs: the loss of a step is that of the parameters before it, whatever the trial", async (t) => {
  const norm = (x: Node) => mul(0.05, sum(square(x)));
  for (const l2 of [0, 0.1]) {
    const { points, losses } = await follow(rosenbrock, [-1.2, 1, 0.5], 40, { l2 });
    const whole = await measured((x) => add(rosenbrock(x), norm(x)), points);
    const data = await measured(rosenbrock, points);
    for (const [at, loss] of losses.entries()) {
      const { value = Number.NaN } = data[at] ?? {};
      t.ok(Math.abs(loss - value) < 1e-12 * (1 + value), `L2 ${l2}, step ${at}: ${loss}`);
    }
    const measure = l2 === 0 ? data : whole;
    t.ok(measure.every(({ value }, at) => at === 0 || value <= (measure[at - 1]?.value ?? 0)));
  }
});

test("lbfgs: a run may end at any evaluation: the parameters are an accepted point", async (t) => {
  const { points } = await follow(rosenbrock, [-1.2, 1], 30);
  const values = await measured(rosenbrock, points);
  const stays = values.filter(({ value }, at) => at > 1 && value === values[at - 1]?.value).length;
  t.ok(stays >= 4, `${stays} evaluations left them where they were`);
  t.ok(values.every(({ value }, at) => at === 0 || value <= (values[at - 1]?.value ?? 0)));
});

test("lbfgs, ssbroyden: a run goes on from a checkpoint in the middle of a line search, bit for bit", async (t) => {
  for (const [name, method] of Object.entries(methods)) {
    const { points } = await follow(rosenbrock, [-1.2, 1], 30, { optimizer: method() });
    // The second evaluation is a trial that is refused; so is the fifteenth of lbfgs.
    for (const stop of [2, 15]) {
      const first = await stepOn(rosenbrock, [-1.2, 1], { optimizer: method() });
      for (let at = 0; at < stop; at++) await first.step.advance({});
      const bytes = await checkpointBytes(first.store);
      await first.backend.close();
      const rest = await stepOn(rosenbrock, [0, 0], { optimizer: method() });
      await rest.step.close();
      await loadCheckpoint(bytes, rest.store);
      const step = await trainingStep(rest.store, {
        optimizer: method(),
        parameters: [rest.x],
        feeds: {},
        loss: () => rosenbrock(rest.x),
      });
      t.equal(step.count, stop);
      for (let at = stop; at < 30; at++) await step.advance({});
      t.deepEqual(await rest.point(), points.at(-1), `${name}, stopped after ${stop}`);
      await rest.backend.close();
    }
  }
});

test("lbfgs: in float32 the slope counts where the loss is the same to rounding", async (t) => {
  // 100(sin² + cos²) is 100 to the last digits, in which the differences of the rest are lost.
  const constant = (x: Node) => mul(100, add(square(cos(x)), square(sin(x))));
  const noisy = (x: Node) => add(rosenbrock(x), sum(constant(slice(x, [[0, 1]]))));
  const open = () => cpu({ threads: 1 });
  const distance = async (rounding: number | null) => {
    const optimizer = lbfgs({ lineSearch: { rounding } });
    const { points } = await follow(noisy, [0.5, 0.6], 80, { optimizer, open });
    return Math.max(...(points.at(-1) ?? []).map((value) => Math.abs(value - 1)));
  };
  const [exact, sensible] = [await distance(0), await distance(null)];
  t.ok(sensible < 1e-4, `${sensible} from the minimum`);
  t.ok(exact > 5e-4, `${exact} by the losses alone`);
});

test("lbfgs: cpu in 64 bits follows the reference", async (t) => {
  const own = await follow(rosenbrock, [-1.2, 1], 45, { open: () => cpu({ float: "f64" }) });
  const { points } = await follow(rosenbrock, [-1.2, 1], 45);
  const far = own.points.flatMap((point, at) =>
    point.map((value, i) => Math.abs(value - (points[at]?.[i] as number))),
  );
  t.ok(Math.max(...far) < 1e-8, `${Math.max(...far)}`);
});

test("lbfgs: what it reports", async (t) => {
  const { reports } = await follow(rosenbrock, [-1.2, 1], 5);
  t.deepEqual(Object.keys(reports[0] ?? {}), [
    "stepLength",
    "slope",
    "iterations",
    "evaluations",
    "done",
  ]);
  // The gradient at the start is (−215.6, −88).
  const [, second, third, fourth] = reports;
  t.ok(Math.abs((second?.stepLength as number) - 1 / 303.6) < 1e-12, "1/‖g‖₁ first");
  t.ok(Math.abs((second?.slope as number) + 215.6 ** 2 + 88 ** 2) < 1e-8, "−‖g‖²");
  t.deepEqual([second?.evaluations, third?.evaluations, fourth?.evaluations], [1, 2, 1]);
  t.deepEqual([third?.iterations, fourth?.iterations], [0, 1]);
});

test("lbfgs: fit gives it all rows as one batch", async (t) => {
  const rows = Array.from({ length: 60 }, (_, i) => [Math.cos(i * i), Math.sin(3 * i)] as const);
  const classes = rows.map(([a, b]) => (a * b > 0 ? 1 : 0));
  const train = { inputs: tensor(rows), targets: tensor(Int32Array.from(classes)) };
  const model = sequential(dense(2, 8, { activation: "tanh" }), dense(8, 2));
  const run = fit(model, {
    data: dataSet({ name: "signs", classes: 2, train, valid: train, test: train }),
    likelihood: categorical(),
    optimizer: lbfgs(),
    backend: reference,
    batchSize: 60,
    epochs: 120,
    seed: 1,
  });
  const epochs = await run.finish();
  const costs = epochs.map(({ trainCost }) => trainCost);
  t.ok((costs.at(-1) ?? 1) < 0.05, `${costs.at(-1)} nats`);
  // Rows come in another order in every epoch, which changes the last digits.
  t.ok(costs.every((cost, at) => at === 0 || (cost ?? 1) <= (costs[at - 1] ?? 0) + 1e-12));
  await run.close();
});

test("lbfgs: gradients of several batches are refused", async (t) => {
  const made = stepOn(rosenbrock, [1, 2], { optimizer: accumulate(2, lbfgs()) });
  const error = await made.then(() => null).catch((one: unknown) => one);
  t.ok(error instanceof GraphError);
  t.match(
    String(error),
    /lbfgs: loss and gradient must be those of one batch, .*, got gradients of several batches or points; leave accumulate and sam out/,
  );
});
