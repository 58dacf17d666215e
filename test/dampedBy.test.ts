/** Damping along the diagonal of the metric: steps of least squares against elimination on the host. */
import {
  defModule,
  engd,
  gaussian,
  matmul,
  mean,
  mul,
  observedMetrics,
  param,
  reference,
  square,
  sub,
  tensor,
  trainingStep,
  zeros,
} from "metrigrad";
import { Matrix, solve } from "ml-matrix";
import test from "tape";

const relative = 0.05;
const start = [0.5, -0.25, 2];
/** Rows of two steps: in the second one the last parameter has lost its influence. */
const batches = [1, 2].map((batch) =>
  Array.from({ length: 5 }, (_, s) => [
    Math.sin(3 * s + batch),
    1e3 * Math.cos(5 * s + batch),
    (batch === 1 ? 1 : 1e-6) * Math.sin(7 * s),
  ]),
);

/** Parameters after a step for each batch, with residuals xw − 1. */
async function followed(dampedBy: "identity" | "diagonal" | "largest", solver: "qr" | "dense") {
  const w = param([3, 1], zeros);
  const model = defModule({ name: "line", params: { w }, apply: ({ w }, x) => matmul(x, w) })();
  const store = await (await reference()).store(model, { seed: 1 });
  await store.write(w, tensor(Float64Array.from(start), { shape: [3, 1] }));
  const step = await trainingStep(store, {
    optimizer: engd({
      metrics: observedMetrics(),
      dampedBy,
      solver,
      relative,
      absolute: 0,
      adapt: null,
      lineSearch: null,
    }),
    feeds: { x: [5, 3] },
    loss: ({ x }, { apply, observe }) => {
      const residual = sub(apply(model, x), 1);
      observe(residual, gaussian());
      return mul(mean(square(residual)), 0.5);
    },
  });
  const all: number[][] = [];
  for (const x of batches) {
    await step.run({ x });
    all.push([...(await store.read(w)).data()]);
  }
  await step.close();
  return all;
}

/** The same by elimination. */
function expected(dampedBy: "identity" | "diagonal" | "largest"): number[][] {
  let w = Matrix.columnVector(start);
  let largest = [0, 0, 0];
  return batches.map((batch) => {
    const x = new Matrix(batch);
    const g = x.transpose().mmul(x).div(5);
    const gradient = x
      .transpose()
      .mmul(Matrix.sub(x.mmul(w), 1))
      .div(5);
    largest = g.diag().map((value, k) => Math.max(value, largest[k] as number));
    const along = {
      identity: [1, 1, 1].map(() => g.trace() / 3),
      diagonal: g.diag(),
      largest,
    }[dampedBy];
    const shift = Matrix.diag(along.map((value) => 3 * relative * value));
    w = Matrix.sub(w, solve(Matrix.add(g, shift), gradient));
    return w.to1DArray();
  });
}

for (const solver of ["qr", "dense"] as const) {
  for (const dampedBy of ["identity", "diagonal", "largest"] as const) {
    test(`engd, damped by ${dampedBy}, ${solver}: two steps as by elimination`, async (t) => {
      const found = await followed(dampedBy, solver);
      const wanted = expected(dampedBy);
      const off = found.flatMap((values, at) =>
        values.map((value, k) => {
          const other = wanted[at]?.[k] as number;
          return Math.abs(value - other) / Math.max(1e-3, Math.abs(other));
        }),
      );
      t.ok(Math.max(...off) < 1e-7, `off by ${Math.max(...off)}`);
    });
  }
}

test("engd, damped by largest: a parameter without influence stays where it is", async (t) => {
  const moved = async (dampedBy: "diagonal" | "largest") => {
    const [first = [], second = []] = await followed(dampedBy, "qr");
    return Math.abs((second[2] as number) - (first[2] as number));
  };
  const [diagonal, largest] = [await moved("diagonal"), await moved("largest")];
  t.ok(diagonal > 1e3, `by the diagonal of now it moves by ${diagonal}`);
  t.ok(largest < 1e-3, `by the largest by ${largest}`);
});
