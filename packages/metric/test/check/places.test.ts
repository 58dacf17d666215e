/** Where metrics are checked: examples, trees, integers, several uses, weights, kinks. */
import {
  add,
  floor,
  gather,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  square,
} from "@metrigrad/graph";
import {
  autoMetric,
  checkMetric,
  defMetric,
  elementwiseRow,
  linearRows,
  lookupRows,
  neuronRows,
  plain,
  sharedGram,
} from "@metrigrad/metric";
import {
  type AnyModule,
  batchNorm,
  defModule,
  dense,
  gaussian,
  glorotUniform,
  type ModuleExample,
  param,
  sequential,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";
import { timesFactor } from "../support/off.ts";
import { rejects } from "../support/rejects.ts";

const rowsOf = (path: string, ...shape: readonly number[]) => {
  const size = shape.reduce((product, n) => product * n, 1);
  return tensor(matrixOf(path, 1, size).to1DArray(), { shape: [...shape] });
};

const sized = defModule({
  name: "sized",
  options: (inputs: number, outputs: number) => ({ inputs, outputs }),
  params: ({ inputs, outputs }) => ({ w: param([inputs, outputs], glorotUniform) }),
  apply: ({ w }, x) => matmul(x, w),
});

const sizedMetric = (example?: () => readonly ModuleExample[]) =>
  defMetric(sized, {
    block: ({ params, reference, response }) => {
      const m = response.shape[1] as number;
      return [{ params: [params.w], block: sharedGram(reference, m, { bias: false }) }];
    },
    ...(example === undefined ? {} : { example }),
  });

test("checkMetric: kinds that take sizes are made with small ones, or by an example", async (t) => {
  const guessed = await checkMetric(sizedMetric());
  t.ok(guessed.passed, String(guessed));
  const inputs = asTensor(matrixOf("x", 3, 1));
  const own = sizedMetric(() => [
    { module: sized(3, 1), inputs: asTensor(matrixOf("x", 4, 3)) },
    { module: sized(1, 2), inputs },
  ]);
  const report = await checkMetric(own);
  t.ok(report.passed);
  t.match(String(report), /example 1, sized, sharedGram[\s\S]*example 2, sized/);
});

test("checkMetric: the example of the kind of module, and one module itself", async (t) => {
  const pair = defModule({
    name: "pair",
    params: { w: param([2, 1], glorotUniform) },
    // A tree of floats and indices.
    apply: ({ w }, { x, at }: { x: Node; at: Node }) => mul(matmul(x, w), gather(w, at)),
    example: (): ModuleExample => ({
      module: makePair(),
      inputs: { x: rowsOf("pair", 3, 2), at: tensor(Int32Array.of(0, 1, 1)) },
    }),
  });
  function makePair(): AnyModule {
    return pair() as unknown as AnyModule;
  }
  const report = await checkMetric(autoMetric(pair));
  t.ok(report.passed, String(report));
  t.notOk((await checkMetric(timesFactor(autoMetric(pair), 1.1))).passed);
  const one = dense(3, 1);
  const alone = await checkMetric(autoMetric(one));
  t.match(String(alone), /^checkMetric one dense: all 12/);
  const only = pair();
  t.ok((await checkMetric(autoMetric(only))).passed, "with inputs of the kind's example");
});

test("checkMetric: rows of uses have examples, and check any module that acts so", async (t) => {
  for (const metric of [linearRows(), lookupRows()]) {
    const report = await checkMetric(metric);
    t.ok(report.passed, String(report));
  }
  // A projection of positions, and a bias of its own.
  const projection = defModule({
    name: "projection",
    params: { w: param([2, 1], glorotUniform), b: param([1], glorotUniform) },
    apply: ({ w, b }, x) => add(reshape(matmul(reshape(x, [-1, 2]), w), [3, 4, 1]), b),
  });
  const inputs = rowsOf("positions", 3, 4, 2);
  const module = projection();
  const right = await checkMetric(linearRows(), { module, inputs });
  t.ok(right.passed, String(right));
  t.notOk((await checkMetric(timesFactor(linearRows(), 1.1), { module, inputs })).passed);
});

test("checkMetric: positions of a sample add up, and samples have weights", async (t) => {
  const module = dense(2, 1);
  const inputs = rowsOf("positions", 3, 4, 2);
  const rowWeights = tensor([1, 2.5, 0.5]);
  for (const metric of [linearRows(), neuronRows(), autoMetric(dense)]) {
    for (const weights of [{}, { rowWeights }]) {
      const report = await checkMetric(metric, { module, inputs, ...weights });
      t.ok(report.passed, String(report));
    }
  }
  // The mean over all rows is a quarter of the sum over positions.
  const mistaken = defMetric(dense, {
    response: ({ response }) => ({
      law: gaussian(),
      natural: reshape(response, [-1, 1]),
      weights: null,
    }),
    block: ({ params, reference }) => [
      { params: [params.w], block: sharedGram(reshape(reference, [-1, 2]), 1) },
    ],
  });
  const wrong = await checkMetric(mistaken, { module, inputs });
  t.match(String(wrong), /all of it is 0\.2500 times what it must be/);
  // A metric that leaves the weights out.
  const unweighted = defMetric(dense, {
    block: ({ params, reference }) => [{ params: [params.w], block: sharedGram(reference, 1) }],
  });
  const rows = { module, inputs: rowsOf("rows", 3, 2) };
  t.ok((await checkMetric(unweighted, rows)).passed);
  t.notOk((await checkMetric(unweighted, { ...rows, rowWeights })).passed);
});

test("checkMetric: uses of one parameter add up, each with its inputs held fixed", async (t) => {
  const shared = dense(1, 1, { activation: "tanh" });
  const module = sequential(shared, shared);
  const inputs = rowsOf("twice", 4, 1);
  for (const metric of [linearRows(), neuronRows(), autoMetric(dense)]) {
    const right = await checkMetric(metric, { module, inputs });
    t.ok(right.passed, String(right));
    t.notOk((await checkMetric(timesFactor(metric, 1.1), { module, inputs })).passed);
  }
  const inside = defModule({
    name: "inside",
    params: { w: param([2, 2], glorotUniform) },
    apply: ({ w }, x) => matmul(square(matmul(x, w)), w),
  });
  const twice = { module: inside(), inputs: rowsOf("inside", 3, 2) };
  t.ok((await checkMetric(linearRows(), twice)).passed, "two uses in one module");
  t.ok((await checkMetric(autoMetric(inside), twice)).passed, "as one module: both at once");
});

test("checkMetric: parameters on a kink are moved, and the report says so", async (t) => {
  const hard = elementwiseRow(relu);
  const module = dense(2, 1, { activation: relu });
  const parameters = { w: tensor([[0], [0], [0]]) };
  const report = await checkMetric(hard, { module, parameters });
  t.ok(report.passed, String(report));
  t.match(
    String(report),
    /the parameters show the metric: moved once, because responses had kinks there/,
  );
  const wrong = { ...hard, nu: (at: Node) => mul(hard.nu(at), 1.1) };
  t.notOk((await checkMetric(wrong, { module, parameters })).passed);
  // A kink within the steps, and not at the point.
  const near = { w: tensor([[1e-3], [0], [-2e-6]]) };
  const inputs = tensor([
    [1e-3, 0],
    [0.5, 1],
    [2, -1],
  ]);
  const close = await checkMetric(hard, { module, parameters: near, inputs });
  t.ok(close.passed, String(close));
  t.match(String(close), /differences: largest error, steps down to \S+ beside kinks /);
});

test("checkMetric: parameters on which nothing depends are moved, and dead units told", async (t) => {
  const hard = elementwiseRow(relu);
  const inputs = tensor([
    [0.1, 0.2],
    [0.3, -0.1],
  ]);
  const wrong = { ...hard, nu: (at: Node) => mul(hard.nu(at), 1.1) };
  const module = dense(2, 1, { activation: relu });
  // All units are dead at first: 1.1 times nothing is nothing.
  const parameters = { w: tensor([[0.01], [0.01], [-0.02]]) };
  t.notOk((await checkMetric(wrong, { module, inputs, parameters })).passed);
  const right = await checkMetric(hard, { module, inputs, parameters });
  t.match(String(right), /moved \w+( times)?, because responses did not depend on them there/);
  const dead = {
    w: tensor([
      [0.1, 0.1],
      [0.1, 0.1],
      [1, -5],
    ]),
  };
  const two = await checkMetric(hard, {
    module: dense(2, 2, { activation: relu }),
    inputs,
    parameters: dead,
  });
  t.ok(two.passed, String(two));
  t.match(String(two), /3 of 6 parameters without effect here/);
});

test("checkMetric: a response without a derivative anywhere is not passed", async (t) => {
  const steps = defModule({
    name: "steps",
    params: { w: param([1, 1], glorotUniform) },
    apply: ({ w }, x) => matmul(x, mul(floor(mul(w, 1e6)), 1e-6)),
  });
  const report = await checkMetric(autoMetric(steps), { inputs: rowsOf("x", 3, 1) });
  t.match(
    String(report),
    /OFF {2}the parameters show the metric: after 6 moves \d derivatives of responses do not exist; pass other \{ parameters \}/,
  );
});

test("checkMetric: dense blocks, an explicit law, inputs and parameters", async (t) => {
  const metric = defMetric(dense, {
    block: ({ params, reference }) => [
      { params: [params.w], block: sharedGram(reference, 1, { weight: 4 }) },
    ],
  });
  const settings = {
    module: dense(2, 1),
    law: gaussian({ sigma: 0.5 }),
    inputs: asTensor(matrixOf("inputs", 4, 2)),
    parameters: { w: asTensor(matrixOf("w", 3, 1)) },
    seed: 5,
  };
  const report = await checkMetric(metric, settings);
  t.ok(report.passed, String(report));
  t.notOk((await checkMetric(metric, { ...settings, law: gaussian() })).passed, "another σ");
});

test("checkMetric: what cannot be checked is refused", async (t) => {
  for (const odd of [undefined, null, {}, dense])
    await rejects(
      t,
      checkMetric(odd as unknown as ReturnType<typeof plain>),
      /checkMetric: it must be a metric or a row of neurons, got .*; pass what defMetric/s,
    );
  await rejects(
    t,
    checkMetric(linearRows(), { sample: 3 } as never),
    /checkMetric: options must be among module, inputs, rowWeights, .* got sample; correct/,
  );
  await rejects(
    t,
    checkMetric(linearRows(), { law: gaussian as never }),
    /checkMetric: likelihood must be a law, got a function; call it/,
  );
  await rejects(
    t,
    checkMetric(sizedMetric(), { parameters: { v: tensor([[1]]) } }),
    /checkMetric, parameters: names must be of the module's variables \(w\), got v; correct/,
  );
  const odd = defModule({
    name: "odd",
    options: (settings: { readonly shape: readonly number[] }) => settings.shape,
    params: (shape) => ({ w: param(shape, glorotUniform) }),
    apply: ({ w }, x) => matmul(x, w),
  });
  await rejects(
    t,
    checkMetric(defMetric(odd, { block: () => [] })),
    /checkMetric of odd: there must be a small module to check it on, got none that odd\(\) or odd\(2, 2\) or odd\(2\) or .* makes; the last one says: ShapeError: param: .*; pass \{ module: odd\(…\), inputs \}, or give the metric `example/,
  );
  await rejects(
    t,
    checkMetric(plain(batchNorm), { module: batchNorm(2), inputs: tensor([[1, 2]]) }),
    /checkMetric of batchNorm: the module must have a block of this metric, got none; pass a module of the kind/,
  );
});
