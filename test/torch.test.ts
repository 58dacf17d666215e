/** Values, derivatives, curvature and training against what PyTorch computed (test/torch/record.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  abs,
  adam,
  add,
  batchNorm,
  bernoulli,
  categorical,
  cholesky,
  compile,
  cos,
  cpu,
  dataSet,
  dense,
  diagonal,
  elu,
  erf,
  exp,
  expm1,
  eye,
  type Feeds,
  fisher,
  fit,
  gaussian,
  gaussianWithScale,
  grad,
  hvp,
  input,
  type Law,
  log,
  log1p,
  matmul,
  momentum,
  type NestedArray,
  type Node,
  type Optimizer,
  observedFisher,
  poisson,
  reference,
  relu,
  rsqrt,
  sequential,
  sgd,
  sigmoid,
  sin,
  slice,
  softplus,
  sqrt,
  square,
  sum,
  tanh,
  tensor,
  transpose,
  triangularSolve,
  type Unary,
} from "metrigrad";
import test from "tape";

interface Response {
  readonly y: NestedArray;
  readonly logProb: number[];
  readonly grad: number[][];
  readonly kl: number[];
}

interface Recorded {
  readonly functions: Readonly<Record<string, { x: number[]; values: number[][] }>>;
  readonly responses: {
    readonly h: number[][];
    readonly other: number[][];
    readonly laws: Readonly<Record<string, Response>>;
  };
  readonly linear: {
    readonly [name in "b" | "c" | "v" | "hvp"]: number[][];
  } & { readonly loss: number; readonly grads: number[][][] };
  readonly data: { readonly x: number[][]; readonly y: number[]; readonly weights: number[][][] };
  readonly network: {
    readonly outputs: number[][];
    readonly grad: number[];
    readonly hessian: number[][];
    readonly fisher: number[][];
    readonly loss: number;
  };
  readonly training: Readonly<Record<string, number[]>>;
}

const recorded: Recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "torch", "recorded.json"), "utf8"),
);

const backends = [
  { name: "reference", open: () => reference(), within: 1e-11 },
  { name: "cpu", open: () => cpu({ threads: 1 }), within: 2e-5 },
] as const;

/** The largest difference over the largest expected value, at least 1. */
function off(got: ArrayLike<number>, expected: NestedArray): number {
  const values = [expected].flat(9) as number[];
  if (values.length !== got.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1, ...values.map(Math.abs));
  return Math.max(...values.map((value, i) => Math.abs(value - (got[i] as number)))) / scale;
}

async function evaluate(
  nodes: readonly Node[],
  feeds: Feeds,
  open: () => ReturnType<typeof reference>,
) {
  const backend = await open();
  const store = await backend.store([]);
  const handles = await (await compile({ outputs: nodes }, store)).run(feeds);
  const values = await Promise.all(handles.map(async (handle) => (await handle.read()).data()));
  await backend.close();
  return values;
}

const functions = {
  ...{ exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tanh, sigmoid, softplus, relu, elu, erf },
  ...{ abs, square },
};

const { x, y, weights } = recorded.data;

/** A dense layer with the recorded weights; its bias begins as zeros. */
function layer(at: number, activation?: Unary) {
  const w = weights[at] as number[][];
  const [inputs, outputs] = [w.length - 1, (w[0] as number[]).length];
  return dense(inputs, outputs, {
    ...(activation && { activation }),
    init: () => w.slice(0, -1).flat(),
  });
}

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ learningRate: 0.3 }),
  momentum: momentum({ learningRate: 0.1 }),
  nesterov: momentum({ learningRate: 0.1, nesterov: true }),
  adam: adam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-6 }),
};

for (const { name: backend, open, within } of backends) {
  test(`PyTorch: element-wise functions and two derivatives, ${backend}`, async (t) => {
    t.deepEqual(Object.keys(functions).sort(), Object.keys(recorded.functions).sort());
    for (const [name, { x, values }] of Object.entries(recorded.functions)) {
      const at = input("x", [x.length]);
      const y = functions[name as keyof typeof functions](at);
      const [first] = grad(sum(y), [at]) as [Node];
      const [second] = grad(sum(first), [at], { unused: "zero" }) as [Node];
      const got = await evaluate([y, first, second], { x }, open);
      for (const [order, value] of got.entries()) {
        // Each value beside its own magnitude: they span many decades.
        const expected = values[order] as number[];
        const worst = Math.max(...expected.map((one, i) => off([value[i] as number], [one])));
        t.ok(worst < within, `${name}, derivative ${order}: off by ${worst}`);
      }
    }
  });

  test(`PyTorch: log-probabilities, scores and divergences of the laws, ${backend}`, async (t) => {
    const { h, other, laws } = recorded.responses;
    const ours: Readonly<Record<string, Law>> = {
      ...{ categorical: categorical(), bernoulli: bernoulli(), poisson: poisson() },
      ...{ gaussian: gaussian({ sigma: 0.7 }), gaussianWithScale: gaussianWithScale() },
    };
    for (const [name, expected] of Object.entries(laws)) {
      const law = ours[name] as Law;
      const y = tensor(expected.y, { dtype: name === "categorical" ? "i32" : "f64" });
      const [at, to] = [input("h", [5, 4]), input("other", [5, 4])];
      const value = law.logProb(input("y", y.shape, name === "categorical" ? "i32" : "float"), at);
      const [score] = grad(sum(value), [at]) as [Node];
      const nodes = [value, score, law.kl?.(at, to) as Node];
      const got = await evaluate(nodes, { h, other, y }, open);
      for (const [i, part] of (["logProb", "grad", "kl"] as const).entries()) {
        const gap = off(got[i] as ArrayLike<number>, expected[part]);
        t.ok(gap < within, `${name} ${part}: off by ${gap}`);
      }
    }
  });

  test(`PyTorch: derivatives through Cholesky factors and solves, ${backend}`, async (t) => {
    const { b, c, v, loss, grads, hvp: product } = recorded.linear;
    const [x, y, w] = [input("b", [4, 4]), input("c", [4, 2]), input("v", [4, 4])];
    const factor = cholesky(add(matmul(x, transpose(x)), eye(4)));
    const solved = triangularSolve(factor, y);
    const corner = sum(
      slice(factor, [
        [3, 4],
        [1, 2],
      ]),
    );
    const value = add(add(sum(square(solved)), sum(log(diagonal(factor)))), corner);
    const nodes = [value, ...grad(value, [x, y]), ...hvp(value, [x], [w])];
    const got = await evaluate(nodes, { b, c, v }, open);
    for (const [i, expected] of [[loss], ...grads, product].entries()) {
      const gap = off(got[i] as ArrayLike<number>, expected);
      t.ok(gap < 10 * within, `value ${i}: off by ${gap}`);
    }
  });

  test(`PyTorch: Hessian and exact Fisher information of a network, ${backend}`, async (t) => {
    const device = await open();
    const model = sequential(layer(0, tanh), layer(1));
    const store = await device.store(model);
    const batch = { inputs: tensor(x), targets: tensor(Int32Array.from(y)) };
    const options = { store, likelihood: categorical() };
    const observed = await observedFisher(model, batch, options);
    const exact = await fisher(model, batch.inputs, options);
    for (const [name, metric] of Object.entries({ hessian: observed, fisher: exact } as const)) {
      const dense = (await metric.toDense()).data();
      const gap = off(dense, recorded.network[name as "hessian" | "fisher"]);
      t.ok(gap < within, `${name}: off by ${gap}`);
    }
    await device.close();
  });

  test(`PyTorch: training with L2 and batch normalisation, ${backend}`, async (t) => {
    const device = await open();
    const part = { inputs: tensor(x), targets: tensor(Int32Array.from(y)) };
    const data = dataSet({ name: "recorded", train: part, valid: part, test: part });
    for (const [name, expected] of Object.entries(recorded.training)) {
      const normal = batchNorm(3, { momentum: 0.1, epsilon: 1e-3, unbiased: false });
      const model = sequential(layer(0, elu), normal, layer(1));
      const store = await device.store(model, { seed: 1 });
      // PyTorch's averages count their initial values: as if batches had been seen.
      await store.write(normal.params.seen, tensor(1));
      const run = fit(model, {
        ...{ data, store, likelihood: categorical(), l2: 0.01 },
        ...{ optimizer: optimizers[name] as Optimizer, batchSize: y.length, epochs: 6, seed: 1 },
      });
      const costs = (await run.finish()).map(({ trainCost = Number.NaN }) => trainCost);
      const gap = off(costs, expected);
      t.ok(gap < within, `${name}: off by ${gap}`);
      await run.close();
    }
    await device.close();
  });
}
