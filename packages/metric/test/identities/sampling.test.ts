/** Monte-Carlo RFIM against the closed forms, judged in standard errors. */
import { mul, softplus } from "@metrigrad/graph";
import { checkMetric, fisher, fullMetrics, reluRow, rfim, type UnitRow } from "@metrigrad/metric";
import {
  bernoulli,
  categorical,
  dense,
  gaussian,
  type Law,
  type Module,
  poisson,
} from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";

const settings = { seed: 3, samples: 2000 };
const n = 6;
const x = asTensor(matrixOf("x", n, 2));

/** A layer with the law of its response, and the closed form of its metric. */
interface Sampled {
  readonly name: string;
  readonly module: Module;
  readonly law: Law;
  /** Who claims to know: `module` in `fullMetrics` under `law` unless neurons respond by themselves. */
  readonly neurons?: Module;
}

const layers: readonly Sampled[] = [
  {
    name: "tanh neurons",
    module: dense(2, 2),
    law: bernoulli({ values: [-1, 1] }),
    neurons: dense(2, 2, { activation: "tanh" }),
  },
  {
    name: "sigm neurons",
    module: dense(2, 2),
    law: bernoulli(),
    neurons: dense(2, 2, { activation: "sigmoid" }),
  },
  {
    name: "element-wise neurons",
    module: dense(2, 2, { activation: softplus }),
    law: gaussian({ sigma: 0.5 }),
  },
  { name: "linear layer", module: dense(2, 2), law: gaussian({ sigma: 0.5 }) },
  { name: "Poisson neurons", module: dense(2, 2), law: poisson() },
  { name: "soft-max layer", module: dense(2, 3), law: categorical() },
];

/** The closed form of a layer's metric, and the scores of draws [n·count, K], those of a row together. */
async function drawn({ module, law: likelihood, neurons }: Sampled, on: Tested) {
  const store = await on.store(module, 1);
  const kind = { samples: settings.samples, seed: settings.seed };
  const estimate = await fisher(module, x, { store, likelihood, kind });
  const { rows } = await estimate.toRows();
  const { blocks } = await (neurons === undefined
    ? rfim(module, x, { store, likelihood, metrics: fullMetrics })
    : rfim(neurons, x, { store }));
  const closed = asMatrix((await blocks[0]?.toDense()) as Tensor);
  await store.close();
  return { closed, scores: asMatrix(rows) };
}

/** The largest deviation of the draws' mean score score' from g, in standard errors. */
function deviation(g: Matrix, scores: Matrix): number {
  const { samples: count } = settings;
  let worst = 0;
  for (let k = 0; k < g.rows; k++) {
    for (let l = 0; l <= k; l++) {
      const values = Array.from({ length: count }, (_, q) => {
        let sum = 0;
        for (let s = 0; s < n; s++) {
          sum += scores.get(s * count + q, k) * scores.get(s * count + q, l);
        }
        return sum / n;
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
      worst = Math.max(worst, Math.abs(mean - g.get(k, l)) / Math.sqrt(variance / count));
    }
  }
  return worst;
}

for (const on of backends) {
  for (const layer of layers) {
    test(`T6 ${layer.name}: 2000 draws agree within 4.5 standard errors, seed 3, and ring on a formula 10 % off, on ${on.name}`, async (t) => {
      const { closed, scores } = await drawn(layer, on);
      const [right, wrong] = [closed, Matrix.mul(closed, 1.1)].map((g) => deviation(g, scores));
      t.ok((right ?? 99) < 4.5, `${right?.toFixed(1)} standard errors`);
      t.ok((wrong ?? 0) > 4.5, `${wrong?.toFixed(1)} where all of it is 10 % off`);
    });
  }
}

test("T6 by checkMetric: relu neurons, and the check rings on a formula 10 % off", async (t) => {
  const row = reluRow({ leak: 0.1, sigma: 2 });
  const sampled = async (one: UnitRow) => {
    const report = await checkMetric(one, settings);
    return { report, check: report.checks.find(({ name }) => name.endsWith("by sampling")) };
  };
  const right = await sampled(row);
  t.ok(right.check?.passed, right.check?.detail);
  const wrong = await sampled({ ...row, nu: (at) => mul(row.nu(at), 1.1) });
  t.notOk(wrong.check?.passed, wrong.check?.detail);
  t.match(
    wrong.check?.detail ?? "",
    /\d standard errors \(limit 4.5\), 2000 draws of 6 rows, seed 3/,
  );
  t.notOk(wrong.report.passed);
});
