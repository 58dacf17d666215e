/** Steps by the metric of what is observed: a loss of two residuals, one of them with derivatives by the inputs. */
import {
  add,
  constant,
  constantSchedule,
  dense,
  gaussian,
  grad,
  jvp,
  laplacian,
  MetricError,
  type MetricTable,
  mean,
  metrics,
  mul,
  type Node,
  type Optimizer,
  observedMetrics,
  partition,
  reference,
  rngd,
  type Store,
  sequential,
  sgd,
  sin,
  square,
  sum,
  tanh,
  tensor,
  trainingStep,
} from "metrigrad";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { rejects } from "../packages/train/test/rejects.ts";

const lambda = 1e-3;
const first = dense(2, 3, { activation: tanh });
const second = dense(3, 1);
const model = sequential(first, second);
/** σ of the boundary's residual. */
const sigma = 0.5;
const weight = 3;

/** The sum of second derivatives of u, sample by sample. */
function nested(u: (x: Node) => Node, x: Node): Node {
  const by = grad(sum(u(x)), x);
  const [n = 0] = x.shape;
  const unit = (axis: number) =>
    constant(tensor(Array.from({ length: n }, () => [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0])));
  const second = [0, 1].map((axis) => mul(jvp([by], [x], [unit(axis)])[0] as Node, unit(axis)));
  return sum(add(second[0] as Node, second[1] as Node), { axis: 1, keepDims: true });
}

type Laplacian = (u: (x: Node) => Node, x: Node) => Node;

const residuals = (of: Laplacian, u: (x: Node) => Node, inside: Node, edge: Node) => ({
  inside: add(of(u, inside), sin(sum(inside, { axis: 1, keepDims: true }))),
  edge: u(edge),
});

/** Points that stay the same. */
const points = (n: number, seed: number) =>
  Array.from({ length: n }, (_, i) => [Math.sin(3 * i + seed), Math.cos(5 * i + 2 * seed)]);

const exactly = (metrics: MetricTable): Optimizer =>
  rngd({
    metrics,
    absolute: lambda,
    learningRate: 1,
    momentum: 0,
    schedule: constantSchedule(),
  });

function stepOf(
  store: Store,
  optimizer: Optimizer,
  n: readonly [number, number],
  of: Laplacian = nested,
) {
  return trainingStep(store, {
    optimizer,
    feeds: { inside: [n[0], 2], edge: [n[1], 2] },
    loss: ({ inside, edge }, { apply, observe }) => {
      const found = residuals(of, (x) => apply(model, x), inside, edge);
      observe(found.inside, gaussian());
      observe(found.edge, gaussian({ sigma }), undefined, { weight });
      const loss = add(
        mul(mean(square(found.inside)), 0.5),
        mul(mean(square(found.edge)), (0.5 * weight) / sigma ** 2),
      );
      return { loss, outputs: found };
    },
  });
}

const feedsOf = ([inside, edge]: readonly [number, number]) => ({
  inside: points(inside, 1),
  edge: points(edge, 2),
});

/** All residuals, times the root of what each counts in the loss: ½‖r‖² is the loss. */
async function scaledResiduals(store: Store, n: readonly [number, number]): Promise<number[]> {
  const step = await stepOf(store, sgd({ learningRate: 0 }), n);
  const { outputs } = await step.run(feedsOf(n));
  await step.close();
  const scaled = (values: Iterable<number>, by: number) => [...values].map((one) => one * by);
  return [
    ...scaled(outputs.inside?.data() ?? [], n[0] ** -0.5),
    ...scaled(outputs.edge?.data() ?? [], Math.sqrt(weight / n[1]) / sigma),
  ];
}

const specs = () => model.variables.map(({ spec }) => spec);

async function valuesOf(store: Store): Promise<number[]> {
  const all = await Promise.all(specs().map((spec) => store.read(spec)));
  return all.flatMap((one) => [...one.data()]);
}

async function write(store: Store, values: readonly number[]): Promise<void> {
  let at = 0;
  for (const spec of specs()) {
    const size = spec.shape.reduce((a, b) => a * b, 1);
    await store.write(
      spec,
      tensor(Float64Array.from(values.slice(at, at + size)), { shape: spec.shape }),
    );
    at += size;
  }
}

/** The rows by central differences. */
async function differences(store: Store, n: readonly [number, number]): Promise<Matrix> {
  const base = await valuesOf(store);
  const columns: number[][] = [];
  for (const [at, value] of base.entries()) {
    const moved = async (by: number) => {
      await write(store, base.with(at, value + by));
      return scaledResiduals(store, n);
    };
    const [up, down] = [await moved(1e-5), await moved(-1e-5)];
    columns.push(up.map((one, row) => (one - (down[row] as number)) / 2e-5));
  }
  await write(store, base);
  return new Matrix(columns).transpose();
}

const grains = {
  whole: { metrics: observedMetrics(), blocks: [[0, 13]] },
  "whole, as a partition": { metrics: partition(model, "whole"), blocks: [[0, 13]] },
  modules: {
    metrics: observedMetrics("module"),
    blocks: [
      [0, 9],
      [9, 13],
    ],
  },
  groups: {
    metrics: observedMetrics([[second], [first]]),
    blocks: [
      [0, 9],
      [9, 13],
    ],
  },
  elements: {
    metrics: observedMetrics("element"),
    blocks: Array.from({ length: 13 }, (_, at) => [at, at + 1]),
  },
} as const;

for (const n of [
  [3, 2],
  [17, 5],
] as const) {
  for (const [name, { metrics, blocks }] of Object.entries(grains)) {
    const of = name === "whole" ? laplacian : nested;
    test(`observedMetrics by ${name}, ${n[0]} + ${n[1]} rows: the step of J'J + λI`, async (t) => {
      const store = await (await reference()).store(model, { seed: 3 });
      const before = await valuesOf(store);
      const rows = await differences(store, n);
      const residual = Matrix.columnVector(await scaledResiduals(store, n));
      const gradient = rows.transpose().mmul(residual);
      const step = await stepOf(store, exactly(metrics), n, of);
      await step.run(feedsOf(n));
      const moved = (await valuesOf(store)).map((value, at) => (before[at] as number) - value);
      for (const [begin, end] of blocks) {
        const own = rows.subMatrix(0, rows.rows - 1, begin as number, (end as number) - 1);
        const damped = own.transpose().mmul(own).add(Matrix.eye(own.columns).mul(lambda));
        const part = gradient.subMatrix(begin as number, (end as number) - 1, 0, 0);
        const expected = solve(damped, part).to1DArray();
        const largest = Math.max(...expected.map(Math.abs));
        const off = expected.map((one, at) =>
          Math.abs(one - (moved[(begin as number) + at] as number)),
        );
        t.ok(
          Math.max(...off) < 1e-6 * largest,
          `${begin} to ${end}: off by ${Math.max(...off) / largest}`,
        );
      }
      await step.close();
    });
  }
}

test("tables by forward responses refuse what acts through derivatives by the inputs", async (t) => {
  const store = await (await reference()).store(model, { seed: 3 });
  await rejects(
    t,
    stepOf(store, exactly(metrics.ekfac()), [4, 4]),
    MetricError,
    /parameters must reach the response through .*got another way from dense0.w.*observedMetrics/,
  );
});

test("observedMetrics: refuses a loss without a law and other grains", async (t) => {
  const store = await (await reference()).store(model, { seed: 3 });
  const step = trainingStep(store, {
    optimizer: exactly(observedMetrics()),
    feeds: { x: [4, 2] },
    loss: ({ x }, { apply }) => mean(square(apply(model, x))),
  });
  await rejects(t, step, MetricError, /something must be observed, got a loss without a law/);
  t.throws(() => observedMetrics("layer" as never), /must be by "whole", "module", "element"/);
  t.throws(() => observedMetrics([]), /must be by "whole", "module", "element"/);
});
