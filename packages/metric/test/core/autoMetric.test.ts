/** J'F_rJ by automatic differentiation, and closed forms against it. */
import { augment, compile, cos, matmul, mul, reshape, sin, square } from "@metrigrad/graph";
import {
  autoMetric,
  checkMetric,
  defMetric,
  exactBlock,
  fullMetrics,
  metrics,
  scaleRows,
  stackedMetrics,
  standardMetrics,
  unitGram,
} from "@metrigrad/metric";
import {
  batchNorm,
  bernoulli,
  categorical,
  defModule,
  dense,
  gaussian,
  glorotUniform,
  type Module,
  param,
  sequential,
} from "@metrigrad/nn";
import test from "tape";
import { denseBlocks, type Place, subsystemsOf, withStore } from "../support/dense.ts";
import { matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const x = matrixOf("x", 5, 2);
const values = { w: matrixOf("w", 3, 3, 0.8) };

/** The only block of a module by two tables. */
async function both(
  model: Module,
  a: Place["metrics"],
  b: Place["metrics"],
  place: Partial<Place>,
) {
  const all = { x, values, ...place };
  const [one, two] = [
    await denseBlocks(model, { ...all, metrics: a }),
    await denseBlocks(model, { ...all, metrics: b }),
  ];
  const [[first], [second]] = [Object.values(one), Object.values(two)];
  return [first?.to1DArray() ?? [], second?.to1DArray() ?? []] as const;
}

test("autoMetric: a dense layer's is the closed form under the same law", async (t) => {
  const softmax = await both(dense(2, 3), metrics(autoMetric(dense)), fullMetrics, {
    likelihood: categorical(),
  });
  t.equal(softmax[0].length, 81);
  t.ok(gap(softmax[0], softmax[1]) < 1e-13, "soft-max");
  const linear = await both(dense(2, 3), metrics(autoMetric(dense)), standardMetrics, {});
  t.ok(gap(linear[0], linear[1]) < 1e-13, "gaussian(1) unless told");
  const law = gaussian({ sigma: 0.5 });
  const narrow = await both(dense(2, 3), metrics(autoMetric(dense, { law })), standardMetrics, {});
  const times4 = narrow[1].map((value) => 4 * value);
  t.ok(gap(narrow[0], times4) < 1e-13, "a law of its own");
});

test("autoMetric: several parameters are one column", async (t) => {
  const place = {
    x: matrixOf("x", 5, 2),
    values: { scale: matrixOf("scale", 1, 2), offset: matrixOf("offset", 1, 2) },
  };
  const [auto, closed] = await both(
    batchNorm(2),
    metrics(autoMetric(batchNorm)),
    metrics(scaleRows()),
    place,
  );
  t.equal(auto.length, 16);
  t.ok(gap(auto, closed) < 1e-13);
  const [one] = subsystemsOf(batchNorm(2), { x, metrics: metrics(autoMetric(batchNorm)) });
  t.deepEqual([one?.block?.d, one?.block?.m], [4, 1]);
});

const sineUnit = defModule({
  name: "sineUnit",
  params: { w: param([3, 3], glorotUniform) },
  apply: ({ w }, h) => {
    const t = matmul(augment(h), w);
    return { response: sin(t), preActivation: t };
  },
});

const sineMetric = (factor: number) =>
  defMetric(sineUnit, {
    response: gaussian(),
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: unitGram(reference, mul(square(cos(preActivation)), factor)) },
    ],
  });

test("autoMetric: passes checkMetric, with parameters of any shape", async (t) => {
  const bent = defModule({
    name: "bent",
    params: { a: param([2, 1, 2], glorotUniform) },
    apply: ({ a }, h) => sin(matmul(h, reshape(a, [2, 2]))),
  });
  for (const metric of [autoMetric(sineUnit), autoMetric(batchNorm)]) {
    const report = await checkMetric(metric, { samples: 500 });
    t.ok(report.passed, String(report));
  }
  const [one] = subsystemsOf(bent(), { x, metrics: metrics(autoMetric(bent)) });
  t.deepEqual([one?.block?.d, one?.block?.m], [4, 1]);
  t.end();
});

/** The largest difference of a subsystem's block from J'F_rJ. */
async function offBy(model: Module, place: Place): Promise<number[]> {
  return withStore(model, place.values ?? {}, async (store) => {
    const found: number[] = [];
    for (const one of subsystemsOf(model, place)) {
      const exact = exactBlock(one);
      if (one.block === null || exact === null) continue;
      const program = await compile({ outputs: [one.block.toDense(), exact.toDense()] }, store);
      const [a, b] = await program.run();
      found.push(gap((await a?.read())?.data() ?? [], (await b?.read())?.data() ?? []));
    }
    return found;
  });
}

test("exactBlock: every row of a model of all kinds agrees with it", async (t) => {
  const model = sequential(
    dense(2, 3, { activation: "tanh" }),
    batchNorm(3),
    dense(3, 2, { activation: "elu" }),
    dense(2, 3, { activation: "relu" }),
    dense(3, 2),
    sineUnit(),
    dense(3, 3),
  );
  for (const [name, table, likelihood] of [
    ["full", fullMetrics.with(sineMetric(1)), categorical()],
    ["full, Bernoulli", fullMetrics.with(sineMetric(1)), bernoulli()],
    ["stacked", stackedMetrics({ metrics: fullMetrics.with(sineMetric(1)) }), categorical()],
  ] as const) {
    const found = await offBy(model, { x, metrics: table, likelihood });
    t.equal(found.length, 7);
    t.ok(Math.max(...found) < 1e-12, name);
  }
});

test("exactBlock: a wrong closed form is caught", async (t) => {
  const [right] = await offBy(sineUnit(), { x, values, metrics: metrics(sineMetric(1)) });
  const [wrong] = await offBy(sineUnit(), { x, values, metrics: metrics(sineMetric(1.001)) });
  t.ok((right as number) < 1e-13 && (wrong as number) > 1e-4, `${right}, ${wrong}`);
});

test("exactBlock: none for the plain gradient and for parameters of several uses", (t) => {
  const shared = dense(2, 2);
  const model = sequential(shared, batchNorm(2), shared);
  const made = subsystemsOf(model, { x, metrics: standardMetrics });
  t.deepEqual(
    made.map((one) => [one.uses, exactBlock(one)]),
    [
      [2, null],
      [1, null],
    ],
  );
  t.end();
});

test("autoMetric: a response with more axes is rows of one sample that add up", async (t) => {
  const image = defModule({
    name: "image",
    params: { a: param([1], glorotUniform) },
    apply: ({ a }, h) => mul(reshape(h, [-1, 1, 2]), a),
  });
  const { a } = await denseBlocks(image(), { x, metrics: metrics(autoMetric(image)) });
  // h = ax, so J'J is the mean of |x|².
  const expected = x.to1DArray().reduce((sum, value) => sum + value ** 2, 0) / x.rows;
  t.ok(gap(a?.to1DArray() ?? [], [expected]) < 1e-13);
  t.throws(
    () =>
      subsystemsOf(image(), { x, metrics: metrics(autoMetric(image)), likelihood: categorical() }),
    /Fisher information of categorical: the response must be \[rows, m\], got \[\d, 1, 2\]; name the law of its rows, such as independent\(law, 1\)/,
  );
});
