import {
  add,
  log,
  mean,
  mul,
  type Node,
  neg,
  relu,
  sigmoid,
  square,
  sub,
  sum,
  variable,
  variableOf,
} from "@metrigrad/graph";
import {
  batchNorm,
  categorical,
  defModule,
  dense,
  freeze,
  gaussian,
  joint,
  type Mode,
  masked,
  ones,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import { adam, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import { GraphError, reference, ShapeError, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { DivergenceError, trainingStep } from "../src/index.ts";
import { rejects } from "./rejects.ts";
import { batch, regression, shapes, small, storeOf } from "./step/problem.ts";

test("a step is gradient descent: loss, outputs and numbers worked out by hand", async (t) => {
  const model = dense(2, 1);
  const store = await (await reference()).store(model);
  await store.write("w", tensor([[1], [2], [0.5]]));
  const step = await trainingStep(store, {
    optimizer: sgd({ learningRate: 0.1 }),
    feeds: { x: [2, 2], y: [2, 1] },
    loss: ({ x, y }, { apply }) => {
      const output = apply(model, x);
      return { loss: mean(square(sub(output, y))), outputs: { output, twice: mul(output, 2) } };
    },
  });
  const feeds = {
    x: [
      [1, 0],
      [0, 1],
    ],
    y: [[1], [1]],
  };
  const { loss, outputs, step: number, report } = await step.run(feeds);
  // Outputs 1.5 and 2.5, errors 0.5 and 1.5.
  t.equal(loss, (0.25 + 2.25) / 2);
  t.deepEqual(outputs.output?.toArray(), [[1.5], [2.5]]);
  t.deepEqual(outputs.twice?.toArray(), [[3], [5]]);
  t.deepEqual([number, report, step.count], [1, null, 1]);
  const w = (await store.read("w")).data();
  const near = [1 - 0.1 * 0.5, 2 - 0.1 * 1.5, 0.5 - 0.1 * 2].map((value, at) => {
    return Math.abs(value - (w[at] as number)) < 1e-15;
  });
  t.deepEqual(near, [true, true, true]);
  await step.advance(feeds);
  t.equal(step.count, 2);
  await step.close();
  t.ok(
    store.variables.every(({ spec }) => spec.role !== "data"),
    "nothing but state stays",
  );
  await rejects(
    t,
    step.run(feeds),
    GraphError,
    /trainingStep: the step must be open, got a closed one/,
  );
});

test("a loss per sample is averaged, by weights where there are some", async (t) => {
  const model = dense(1, 1);
  for (const weighted of [false, true]) {
    const store = await (await reference()).store(model);
    await store.write("w", tensor([[1], [0]]));
    const step = await trainingStep(store, {
      optimizer: sgd(),
      feeds: { x: [3, 1], w: [3] },
      loss: ({ x }, { apply }) => sum(square(apply(model, x)), { axis: 1 }),
      ...(weighted ? { weights: ({ w }: { w: Node }) => w } : {}),
    });
    const { loss } = await step.run({ x: [[1], [2], [3]], w: [2, 0, 1] });
    t.ok(Math.abs(loss - (weighted ? 11 / 3 : 14 / 3)) < 1e-14);
  }
});

/** Two networks that train against each other, by Adam or RNGD. */
for (const [name, optimizer] of Object.entries({
  adam: () => adam({ learningRate: 0.02 }),
  rngd: () => rngd({ learningRate: 0.05 }),
} as Record<string, () => Optimizer>)) {
  test(`two steps on one store, each with its own parameters: ${name}`, async (t) => {
    const generator = sequential(dense(2, 8, { activation: relu }), dense(8, 1));
    const critic = sequential(dense(1, 8, { activation: relu }), dense(8, 1));
    const store = await (await reference()).store(generator, { seed: 3 });
    await store.add(critic, { name: "critic" });
    const feeds = { real: [16, 1], noise: [16, 2] } as const;
    const odds = (node: Node) => sigmoid(sum(node, { axis: 1 }));
    const first = await trainingStep(store, {
      optimizer: optimizer(),
      parameters: critic,
      feeds,
      loss: ({ real, noise }, { apply, observe }) => {
        const [yes, no] = [apply(critic, real), apply(critic, apply(generator, noise))];
        observe(yes, gaussian());
        observe(no, gaussian());
        return neg(add(log(odds(yes)), log(sub(1, odds(no)))));
      },
    });
    const second = await trainingStep(store, {
      optimizer: optimizer(),
      parameters: [generator],
      feeds: { noise: [16, 2] },
      loss: ({ noise }, { apply, observe }) => {
        const output = apply(critic, apply(generator, noise));
        observe(output, gaussian());
        return neg(log(odds(output)));
      },
    });
    const read = async () => {
      const values = store.variables.filter(({ spec }) => spec.role === "parameter");
      return Promise.all(
        values.map(async ({ path, spec }) => [path, [...(await store.read(spec)).data()]]),
      );
    };
    const noise = tensor(Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(5 * i)]));
    const real = tensor(Array.from({ length: 16 }, (_, i) => [2 + 0.1 * Math.sin(3 * i)]));
    const before = Object.fromEntries(await read());
    await first.run({ real, noise });
    const between = Object.fromEntries(await read());
    await second.run({ noise });
    const after = Object.fromEntries(await read());
    for (const path of Object.keys(before)) {
      const own = path.startsWith("critic/");
      t.equal(String(before[path]) !== String(between[path]), own, `the critic's step: ${path}`);
      t.equal(String(between[path]) !== String(after[path]), !own, `the generator's step: ${path}`);
    }
    t.ok(store.has(`optimizer/${name}/step/critic/dense0/w`), "state has the paths of the store");
    const losses: number[] = [];
    for (let at = 0; at < 60; at++) losses.push((await first.run({ real, noise })).loss);
    t.ok((losses.at(-1) as number) < 0.7 * (losses[0] as number), "the critic learns");
    t.deepEqual([first.count, second.count], [61, 1]);
  });
}

test("parameters: predicates, free variables, frozen parts", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const gain = variable("gain", [], { init: () => [1] });
  await store.add([gain.attrs]);
  const make = (parameters: Parameters<typeof trainingStep>[1]["parameters"] | undefined) =>
    trainingStep(store, {
      optimizer: sgd(),
      feeds: shapes,
      loss: ({ x, y }, { apply }) => mean(square(sub(mul(apply(model, x), gain), y))),
      ...(parameters === undefined ? {} : { parameters }),
    });
  const moved = async (parameters: Parameters<typeof make>[0]) => {
    const step = await make(parameters);
    const names = ["dense0/w", "dense1/w", "gain"];
    const read = () =>
      Promise.all(names.map(async (one) => String((await store.read(one)).data())));
    const before = await read();
    await step.advance(batch);
    const after = await read();
    await step.close();
    return names.filter((_, at) => before[at] !== after[at]);
  };
  t.deepEqual(await moved((path) => path.startsWith("dense1")), ["dense1/w"]);
  t.deepEqual(await moved((path) => path !== "dense0/w"), ["dense1/w", "gain"]);
  t.deepEqual(await moved([model, gain]), ["dense0/w", "dense1/w", "gain"]);
  t.deepEqual(await moved(gain), ["gain"]);
  await rejects(
    t,
    make(undefined),
    GraphError,
    /trainingStep: every parameter that the loss reads must belong to a module that the loss applies, got gain, which does not and would never be trained; apply its module by context.apply/,
  );
  await rejects(
    t,
    make(() => false),
    GraphError,
    /there must be a parameter to train, got none/,
  );
  await rejects(
    t,
    make("dense0" as never),
    GraphError,
    /parameters must be a module, .* got string/,
  );
  const half = freeze(model, (path) => path === "dense0/w");
  const frozen = await trainingStep(store, {
    optimizer: sgd(),
    feeds: shapes,
    loss: ({ x, y }, { apply }) => mean(square(sub(apply(half, x), y))),
  });
  const before = String((await store.read("dense0/w")).data());
  await frozen.advance(batch);
  t.equal(String((await store.read("dense0/w")).data()), before, "what is frozen stays");
});

test("a parameter that a module closes over is named", async (t) => {
  const w = param([1, 1], ones);
  const shared = dense(1, 1);
  const closing = defModule({
    name: "closing",
    params: { own: param([1], zeros) },
    apply: ({ own }, x) => add(mul(x, variableOf(w)), own),
  })();
  const hidden = defModule({
    name: "hidden",
    params: { own: param([1], zeros) },
    apply: ({ own }, x) => add(mul(x, sum(variableOf(shared.params.w))), own),
  })();
  for (const model of [closing, hidden]) {
    const store = await (await reference()).store(model);
    await store.add(shared, { name: "shared" });
    await store.add([{ path: "w", spec: w }]);
    const made = trainingStep(store, {
      optimizer: sgd(),
      feeds: { x: [4, 1] },
      loss: ({ x }, { apply }) => mean(apply(model, x)),
    });
    const message = model === closing ? /got w, which does not/ : /got shared\/w, which does not/;
    await rejects(t, made, GraphError, message);
  }
});

test("modules that the store lacks are named, with what to do", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const other = dense(1, 1);
  const made = trainingStep(store, {
    optimizer: sgd(),
    feeds: shapes,
    loss: ({ x, y }, { apply }) => mean(square(sub(apply(other, x), y))),
  });
  await rejects(
    t,
    made,
    GraphError,
    /trainingStep: the store must have every variable of a module that is applied, here of dense, got none for w; add it first: await store.add\(model\)/,
  );
});

test("trees go in and out, and observe gives ln p with masks held fixed", async (t) => {
  const heads = defModule({
    name: "heads",
    children: (options: { a: ReturnType<typeof dense>; b: ReturnType<typeof dense> }) => [
      options.a,
      options.b,
    ],
    apply: (_, { left, right }: { left: Node; right: Node }, { call, options }) => ({
      response: { digit: call(options.a, left), angle: call(options.b, right) },
    }),
  });
  const model = heads({ a: dense(2, 3), b: dense(1, 1) });
  const store = await (await reference()).store(model, { seed: 2 });
  const law = joint({ digit: categorical(), angle: masked(gaussian()) });
  const step = await trainingStep(store, {
    optimizer: rngd({ learningRate: 0.1 }),
    feeds: {
      left: [4, 2],
      right: [4, 1],
      digit: { shape: [4], type: "i32" },
      angle: [4, 1],
      mask: [4],
    },
    loss: ({ left, right, digit, angle, mask }, { apply, observe }) => {
      const output = apply(model, { left, right });
      return neg(observe(output, law, { digit, angle: { value: angle, mask } }));
    },
  });
  const feeds = {
    left: [
      [1, 0],
      [0, 1],
      [1, 1],
      [0, 0],
    ],
    right: [[1], [2], [3], [4]],
    digit: tensor(Int32Array.of(0, 1, 2, 0)),
    angle: [[1], [2], [1e9], [4]],
    mask: [1, 1, 0, 1],
  };
  const { loss } = await step.run(feeds);
  let last = loss;
  for (let at = 0; at < 20; at++) last = (await step.run(feeds)).loss;
  t.ok(last < loss - 0.5, `${loss} → ${last}: the masked angle does not count`);
});

test("the optimizer sees the same pass in inference mode, and statistics move once a step", async (t) => {
  const modes: Mode[] = [];
  const model = sequential(dense(1, 4), batchNorm(4), dense(4, 1));
  const store = await (await reference()).store(model, { seed: 2 });
  const step = await trainingStep(store, {
    optimizer: rngd.paper({ learningRate: 0.01 }),
    feeds: shapes,
    loss: ({ x, y }, { apply, observe, mode }) => {
      modes.push(mode);
      const output = apply(model, x);
      observe(output, gaussian());
      return mean(square(sub(output, y)));
    },
  });
  t.deepEqual(modes.slice(0, 2), ["train", "infer"]);
  await step.advance(batch);
  t.equal((await store.read("batchNorm0/seen")).item().toFixed(6), "0.100000");
});

test("L2 covers the trained parameters; step and progress are nodes", async (t) => {
  const model = dense(1, 1);
  const store = await (await reference()).store(model);
  await store.write("w", tensor([[2], [3]]));
  const step = await trainingStep(store, {
    optimizer: sgd({ learningRate: 1 }),
    l2: 0.5,
    steps: 4,
    feeds: { x: [1, 1] },
    loss: ({ x }, { apply, step: number, progress }) => ({
      loss: mul(mean(apply(model, x)), 0),
      outputs: { number, progress },
    }),
  });
  const seen: number[][] = [];
  for (let at = 0; at < 6; at++) {
    const { outputs } = await step.run({ x: [[1]] });
    seen.push([outputs.number, outputs.progress].map((one) => (one as Tensor).item()));
  }
  t.deepEqual(seen, [
    [0, 0],
    [1, 0.25],
    [2, 0.5],
    [3, 0.75],
    [4, 1],
    [5, 1],
  ]);
  t.deepEqual((await store.read("w")).toArray(), [[2 * 0.5 ** 6], [3]], "the bias does not decay");
});

test("a step that is not finite is undone and named, and the next one goes on", async (t) => {
  const logs = defModule({
    name: "logs",
    params: { w: param([1], ones, { decay: "none" }) },
    apply: ({ w }, x) => mul(log(x), w),
  });
  for (const checkEvery of [1, 3]) {
    const model = sequential(logs(), dense(1, 1));
    const store = await (await reference()).store(model, { seed: 1 });
    const step = await trainingStep(store, {
      optimizer: adam(),
      feeds: { x: [2, 1] },
      loss: ({ x }, { apply }) => mean(square(apply(model, x))),
      checkEvery,
    });
    const all = async () => {
      const values = await Promise.all(store.variables.map(({ spec }) => store.read(spec)));
      return values.map((value) => value.toArray());
    };
    await step.run({ x: [[1], [2]] });
    const before = await all();
    await rejects(
      t,
      step.run({ x: [[1], [-1]] }),
      DivergenceError,
      /trainingStep: the loss and every update must be finite, got NaN from log \[2, 1\] in logs0 on the way to the loss, in step 2; the state is as before that step/,
    );
    t.deepEqual((await all()).slice(0, before.length - 1), before.slice(0, -1));
    t.equal(step.count, 1);
    await step.advance({ x: [[1], [-1]] }).catch((error) => t.ok(error instanceof DivergenceError));
    if (checkEvery > 1) {
      await step.advance({ x: [[1], [2]] });
      await rejects(t, step.check(), DivergenceError, /in step 2;/);
    }
    t.equal(step.count, 1);
    await step.run({ x: [[1], [2]] });
    t.equal(step.count, 2, "it goes on");
  }
});

test("runs that are not awaited take their turns", async (t) => {
  const model = small();
  const [one, other] = [await storeOf(model), await storeOf(model)];
  const [a, b] = [await regression(one, model, adam()), await regression(other, model, adam())];
  const together = await Promise.all([a.run(batch), a.run(batch), a.run(batch)]);
  const apart = [await b.run(batch), await b.run(batch), await b.run(batch)];
  t.deepEqual(
    together.map(({ loss, step }) => [loss, step]),
    apart.map(({ loss, step }) => [loss, step]),
  );
});

test("reports are given at the steps that are asked for", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const step = await trainingStep(store, {
    optimizer: rngd({ klClip: 0.05 }),
    feeds: shapes,
    report: { every: 2 },
    loss: ({ x, y }, { apply, observe }) => {
      const output = apply(model, x);
      observe(output, gaussian());
      return mean(square(sub(output, y)));
    },
  });
  const reports = [];
  for (let at = 0; at < 4; at++) reports.push((await step.run(batch)).report);
  t.deepEqual(
    reports.map((one) => one?.step ?? null),
    [null, 2, null, 4],
  );
  t.ok((reports[1]?.quantities.length as number) <= 0.05 + 1e-9);
});

test("what is wrong with options, feeds and losses is said", async (t) => {
  const model = small();
  const store = await storeOf(model);
  const options = {
    optimizer: sgd(),
    feeds: shapes,
    loss: ({ x, y }: { x: Node; y: Node }, { apply }: { apply: (...of: never[]) => unknown }) =>
      mean(square(sub(apply(model as never, x as never) as Node, y))),
  };
  const refused = (
    change: object,
    message: RegExp,
    type: typeof GraphError | typeof ShapeError = GraphError,
  ) => rejects(t, trainingStep(store, { ...options, ...change } as never), type, message);
  await refused(
    { optimiser: sgd() },
    /trainingStep: options must be among optimizer, .* got optimiser/,
  );
  await refused({ optimizer: sgd }, /optimizer must be a value like sgd\(\), got function/);
  await refused({ loss: 3 }, /loss must be a function, got number/);
  await refused({ steps: 0 }, /steps must be a positive integer, got 0/);
  await refused({ l2: -1 }, /l2 must be a finite number ≥ 0, got -1/);
  await refused({ checkEvery: 0 }, /checkEvery must be a positive integer, got 0/);
  await refused({ report: { every: 0 } }, /report.every must be a positive integer, got 0/);
  await refused({ feeds: [8, 1] }, /feeds must be a record of shapes, got 8,1/);
  await refused({ feeds: { x: 3, y: [1] } }, /feed x must have a shape, got 3/);
  await refused({ feeds: { "training step": [1] } }, /feeds must have names of their own/);
  await refused(
    { loss: ({ x }: { x: Node }) => x },
    /loss must return a float node that is a scalar or \[n\], .* got float \[8, 1\]/,
  );
  await refused({ loss: async () => 0 }, /loss must return .* got a promise/);
  await refused(
    { loss: () => ({ loss: mean(variable("v", [3])), outputs: { a: 3 } }) },
    /outputs.a must be a node, got number/,
  );
  await refused(
    { weights: ({ x }: { x: Node }) => x },
    /weights must be float \[n\], got float \[8, 1\]/,
    ShapeError,
  );
  await refused(
    { weights: ({ x }: { x: Node }) => sum(x, { axis: 1 }) },
    /the loss must have a value per sample, \[n\], where samples have weights, got a scalar/,
  );
  const step = await trainingStep(store, options as never);
  const wrong = (
    feeds: object,
    message: RegExp,
    type: typeof GraphError | typeof ShapeError = GraphError,
  ) => rejects(t, step.run(feeds as never), type, message);
  await wrong(
    { x: batch.x },
    /trainingStep.run: feed y must have a value of shape \[8, 1\], got none/,
  );
  await wrong({ ...batch, z: 3 }, /feeds must be among x, y, got z/);
  await wrong(
    { ...batch, x: [[1]] },
    /feed x must have shape \[8, 1\], got \[1, 1\]; reshape it, or make another step/,
    ShapeError,
  );
  t.equal(step.count, 0);
});

test("a model in the place of the store is refused with advice", async (t) => {
  const { optimizer, feeds, loss } = { optimizer: sgd(), feeds: {}, loss: () => mul(1, 1) };
  await rejects(
    t,
    trainingStep(dense(2, 1) as never, { optimizer, feeds, loss }),
    GraphError,
    /trainingStep: its first argument must be a store, got a module; pass await backend.store\(model\)/,
  );
});
