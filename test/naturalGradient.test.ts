/** What holds of steps on distributions: the domain, both coordinates, lengths in √nats, what is refused. */
import {
  add,
  type Coordinates,
  chain,
  compile,
  constant,
  cpu,
  dense,
  diagonalGaussianFamily,
  distribution,
  dualGradient,
  type Family,
  type GaussianStatistics,
  gaussianFamily,
  groups,
  klClip,
  type Module,
  mul,
  type Node,
  naturalGradient,
  type Optimizer,
  type ParameterSpec,
  scale,
  sgd,
  square,
  sum,
  tensor,
  trainingStep,
} from "metrigrad";
import test from "tape";

type Natural = Coordinates<GaussianStatistics>;
type Gaussian = Module<readonly [], Natural>;

/** One step on a distribution: its parameters before and after, and what was reported. */
async function stepOn(
  q: Gaussian,
  loss: (q: Natural, apply: () => Natural) => Node,
  {
    optimizer = naturalGradient() as Optimizer,
    parameters = q as Gaussian | ((path: string) => boolean),
  } = {},
) {
  const backend = await cpu({ float: "f64" });
  try {
    const store = await backend.store(q);
    const read = async () => {
      const entries = Object.entries(q.params as Readonly<Record<string, ParameterSpec>>).map(
        async ([name, spec]) => [name, [...(await store.read(spec)).data()]] as const,
      );
      return Object.fromEntries(await Promise.all(entries)) as Readonly<
        Record<GaussianStatistics, number[]>
      >;
    };
    const before = await read();
    const step = await trainingStep(store, {
      optimizer,
      parameters,
      feeds: {},
      report: true,
      loss: (_, { apply }) => loss(apply(q), () => apply(q)),
    });
    const { report } = await step.run({});
    return { before, after: await read(), quantities: report?.quantities };
  } finally {
    await backend.close();
  }
}

/** The value of a node. */
async function valueOf(node: Node): Promise<number> {
  const backend = await cpu({ float: "f64" });
  const program = await compile({ outputs: [node] }, await backend.store([]));
  const [handle] = await program.run({});
  const [value] = (await handle?.read())?.data() ?? [];
  await backend.close();
  return value as number;
}

const near = (a: number | undefined, b: number, within = 1e-12) =>
  Math.abs((a ?? 9e9) - b) < within;
const family = diagonalGaussianFamily(2);
/** c Σ m₂, whose gradient in m is c. */
const pull = (c: number) => (q: Natural) => mul(sum(family.toExpectation(q).quadratic), c);

test("naturalGradient: a step out of the family is cut until it stays inside", async (t) => {
  const { after, quantities } = await stepOn(distribution(family), pull(-5));
  // −½ + 5s is negative for s = 1/16, and not for ¼.
  t.ok(
    after.quadratic.every((one) => near(one, -0.5 + 5 / 16)),
    String(after.quadratic),
  );
  t.equal(quantities?.shortened, 1 / 16);
  const full = gaussianFamily(2);
  const bent = await stepOn(distribution(full), (q) =>
    mul(
      sum(
        mul(
          full.toExpectation(q).quadratic,
          tensor([
            [0, 1],
            [1, 0],
          ]),
        ),
      ),
      -1.4,
    ),
  );
  // −2η₂ = [[1, −2.8s], [−2.8s, 1]] is positive definite for s = ¼, and not for 1.
  t.equal(bent.quantities?.shortened, 0.25);
  t.ok(near(bent.after.quadratic[1], 0.35), String(bent.after.quadratic));
});

test("naturalGradient: a step that no cut brings inside is left out", async (t) => {
  const { before, after, quantities } = await stepOn(distribution(family), pull(-5e7));
  t.deepEqual(after, before);
  t.equal(quantities?.shortened, 0);
});

test("naturalGradient: a step inside is the gradient in m, also where q is applied twice or in a batch", async (t) => {
  const { after, quantities } = await stepOn(distribution(family), pull(2));
  t.ok(after.quadratic.every((one) => near(one, -2.5)));
  t.equal(quantities?.shortened, 1);
  const twice = await stepOn(distribution(family), (q, again) => add(pull(1)(q), pull(1)(again())));
  t.ok(twice.after.quadratic.every((one) => near(one, -2.5)));
  const many = await stepOn(distribution(family, { batch: [3] }), pull(2));
  t.ok(many.after.quadratic.every((one) => near(one, -2.5)) && many.after.quadratic.length === 6);
});

test("naturalGradient: expectations move by the gradient in η, and stay inside too", async (t) => {
  for (const own of [family, gaussianFamily(2)] as Family<GaussianStatistics>[]) {
    const q = distribution(own, { coordinates: "expectation" });
    const size =
      own.shapes.quadratic.length === 1
        ? [0.3, -0.2]
        : [
            [0.3, 0],
            [0, -0.2],
          ];
    const along = (factor: number) => (eta: Natural) =>
      add(
        mul(sum(mul(eta.quadratic, tensor(size as number[]))), factor),
        sum(mul(eta.linear, 0.1)),
      );
    const { before, after } = await stepOn(q, along(1));
    const moves = after.quadratic.map((one, i) => one - (before.quadratic[i] as number));
    const flat = (size as unknown[]).flat() as number[];
    t.ok(
      moves.every((one, i) => near(one, -(flat[i] as number), 1e-10)),
      `${own.name}: ${moves}`,
    );
    t.ok(after.linear.every((one) => near(one, -0.1, 1e-10)));
    const far = await stepOn(q, along(6));
    t.equal(far.quantities?.shortened, 0.25, "σ² = 1 − 1.8s less the square of the mean");
  }
});

test("naturalGradient: klClip bounds the length of a step in √nats, and so the divergence", async (t) => {
  const full = gaussianFamily(2);
  const optimizer = chain(dualGradient(), scale(1), klClip(0.05));
  const loss = (q: Natural) => {
    const { mean, covariance } = full.toMoments(q);
    return add(
      sum(square(add(mean, 2))),
      sum(
        mul(
          covariance,
          tensor([
            [1, 0.3],
            [0.3, 2],
          ]),
        ),
      ),
    );
  };
  const { before, after } = await stepOn(distribution(full), loss, { optimizer });
  const shaped = (values: typeof before): Natural => ({
    linear: constant(tensor(values.linear)),
    quadratic: constant(tensor(values.quadratic, { shape: [2, 2] })),
  });
  const kl = await valueOf(full.kl(shaped(after), shaped(before)));
  t.ok(Math.abs(kl / (0.5 * 0.05 ** 2) - 1) < 0.1, `KL ${kl}`);
});

test("naturalGradient: what belongs to no distribution is refused, and groups take it", async (t) => {
  const refused = async (run: () => Promise<unknown>, text: RegExp) => {
    try {
      await run();
      t.fail("not refused");
    } catch (error) {
      t.match(String(error), text);
    }
  };
  const part = { parameters: (path: string) => path === "linear" };
  await refused(
    () => stepOn(distribution(family), pull(1), part),
    /dualGradient: every parameter must belong to a distribution, .*got linear; give the others/,
  );
  const backend = await cpu({ float: "f64" });
  const [q, layer] = [distribution(family), dense(2, 1)];
  const store = await backend.store(q, { name: "q" });
  await store.add(layer, { name: "layer" });
  const make = (optimizer: Optimizer) =>
    trainingStep(store, {
      optimizer,
      feeds: { x: [3, 2] },
      loss: ({ x }, { apply }) => add(sum(square(apply(layer, x))), pull(2)(apply(q))),
    });
  await refused(() => make(naturalGradient()), /got layer\/w/);
  const step = await make(
    groups([
      [q, naturalGradient()],
      [layer, sgd({ learningRate: 0.01 })],
    ]),
  );
  const first = await step.run({
    x: [
      [1, 2],
      [0, 1],
      [1, 1],
    ],
  });
  t.ok(
    (
      await step.run({
        x: [
          [1, 2],
          [0, 1],
          [1, 1],
        ],
      })
    ).loss < first.loss,
  );
  const moved = (
    await store.read((q.params as Record<string, ParameterSpec>).quadratic as ParameterSpec)
  ).data();
  t.ok(
    [...moved].every((one) => one < -2.4),
    `moved: ${moved}`,
  );
  await backend.close();
  t.throws(
    () => naturalGradient({ learningRate: -1 }),
    /naturalGradient: learningRate must be a finite number ≥ 0, got -1/,
  );
});
