/** Deeper stacks and the whole model against E[score score'] over all outcomes, in plain JavaScript. */
import { fisher, partition, rfim, stackedMetrics } from "@metrigrad/metric";
import { bernoulli, categorical, dense, type RowLaw as Law, sequential } from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const x = matrixOf("x", 3, 2);
/** Shapes of W₁, W₂ and W₃, biases last. */
const shapes = [
  [3, 3],
  [4, 2],
  [3, 2],
] as const;
const names = ["dense0/w", "dense1/w", "dense2/w"];
const sizes = shapes.map(([d, m]) => d * m);
const size = sizes.reduce((sum, value) => sum + value, 0);
const theta = matrixOf("theta", 1, size, 0.8).to1DArray();
/** Where the parameters of a layer begin. */
const begins = sizes.map((_, l) => sizes.slice(0, l).reduce((sum, value) => sum + value, 0));

const model = sequential(
  dense(2, 3, { activation: "tanh" }),
  dense(3, 2, { activation: "elu" }),
  dense(2, 2),
);

/** o of one row x̃. */
function outputs(values: readonly number[], row: Matrix): number[] {
  const layer = (l: number, input: Matrix) => {
    const [d, m] = shapes[l] as readonly [number, number];
    const begin = begins[l] as number;
    return input.mmul(Matrix.from1DArray(d, m, values.slice(begin, begin + d * m)));
  };
  const through = (t: Matrix, f: (t: number) => number) =>
    augmented(new Matrix([t.to1DArray().map(f)]));
  const first = through(layer(0, row), Math.tanh);
  const second = through(layer(1, first), (t) => (t >= 0 ? t : Math.exp(t) - 1));
  return layer(2, second).to1DArray();
}

/** ln p(y | o) for every y that there is. */
interface Response {
  readonly likelihood: Law;
  readonly logProbs: (o: readonly number[]) => number[];
}

const logistic = (t: number) => -Math.log(1 + Math.exp(-t));
const responses: readonly Response[] = [
  {
    likelihood: categorical(),
    logProbs: (o) => {
      const total = Math.log(o.reduce((sum, value) => sum + Math.exp(value), 0));
      return o.map((value) => value - total);
    },
  },
  {
    likelihood: bernoulli(),
    logProbs: ([a = 0, b = 0]) =>
      [1, -1].flatMap((i) => [1, -1].map((j) => logistic(i * a) + logistic(j * b))),
  },
];

/** (1/n) Σ_s Σ_y p(y) ∂l ∂l' over all parameters, scores by central differences. */
function byEnumeration({ logProbs }: Response): Matrix {
  const total = Matrix.zeros(size, size);
  const h = 1e-3;
  for (let s = 0; s < x.rows; s++) {
    const row = augmented(x).getRowVector(s);
    const at = (k: number, by: number) =>
      logProbs(
        outputs(
          theta.map((value, j) => value + (j === k ? by : 0)),
          row,
        ),
      );
    const scores = theta.map((_, k) => {
      const [a, b, c, d] = [at(k, -2 * h), at(k, -h), at(k, h), at(k, 2 * h)];
      return a.map((value, y) => (8 * (c[y]! - b[y]!) - (d[y]! - value)) / (12 * h));
    });
    for (const [y, logProb] of at(0, 0).entries()) {
      const score = Matrix.columnVector(scores.map((one) => one[y] as number));
      total.add(score.mmul(score.transpose()).mul(Math.exp(logProb) / x.rows));
    }
  }
  return total;
}

async function started(on: Tested) {
  const store = await on.store(model);
  for (const [l, [d, m]] of shapes.entries()) {
    const begin = begins[l] as number;
    const own = theta.slice(begin, begin + d * m);
    await store.write(names[l] as string, asTensor(Matrix.from1DArray(d, m, own)));
  }
  return store;
}

for (const response of responses) {
  const { likelihood } = response;
  const expected = byEnumeration(response);
  const diagonalBlock = (l: number, g: Matrix) => {
    const [begin, end] = [begins[l] as number, (begins[l] as number) + (sizes[l] as number) - 1];
    return g.subMatrix(begin, end, begin, end);
  };
  for (const on of backends) {
    const limit = on.limit(1e-9, 1e-6);

    test(`T1 the whole model, ${likelihood.name}: fisher and one subsystem of everything = E[∂l ∂l'] over all outcomes, on ${on.name}`, async (t) => {
      const store = await started(on);
      const whole = asMatrix(
        await (await fisher(model, asTensor(x), { store, likelihood })).toDense(),
      );
      t.ok(gap(whole.to1DArray(), expected.to1DArray()) < limit, "fisher");
      const options = { store, likelihood, metrics: partition(model, "whole") };
      const { blocks } = await rfim(model, asTensor(x), options);
      t.deepEqual(blocks[0]?.params, names);
      const one = await blocks[0]?.toDense();
      t.ok(gap(one?.data() ?? [], expected.to1DArray()) < limit, "partition");
      t.ok(
        gap(Matrix.mul(whole, 1.001).to1DArray(), expected.to1DArray()) > 10 * limit,
        "0.1 % off",
      );
      await store.close();
    });

    test(`T1 deeper stacks, ${likelihood.name}: J'F_rJ ⊗ x̃x̃' by metric back-propagation = E[score score'], on ${on.name}`, async (t) => {
      const store = await started(on);
      const metrics = stackedMetrics({ layers: Number.POSITIVE_INFINITY });
      const { blocks } = await rfim(model, asTensor(x), { store, likelihood, metrics });
      t.equal(blocks.length, 3);
      for (const [l, block] of blocks.entries()) {
        const own = diagonalBlock(l, expected).to1DArray();
        t.ok(gap((await block.toDense()).data(), own) < limit, block.path);
        t.ok(Math.max(...own.map(Math.abs)) > 0.01, "no trifle");
      }
      await store.close();
    });
  }
}
