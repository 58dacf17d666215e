/** Subsystems whose response is that of a later layer. */
import { defElementwise } from "@metrigrad/graph";
import { fisher, stackedMetrics } from "@metrigrad/metric";
import {
  type Activation,
  batchNorm,
  categorical,
  dense,
  gaussian,
  type RowLaw as Law,
  sequential,
} from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends } from "../support/backends.ts";
import { denseBlocks, subsystemsOf, withStore } from "../support/dense.ts";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { type HostLaw, independent, normalUnit, softmaxLaw, twoValued } from "../support/units.ts";

const x = matrixOf("x", 4, 2);
const w = matrixOf("w", 3, 3, 0.8);
const c = matrixOf("c", 4, 2, 0.8);

/** A hidden unit: in the graph, and in plain JavaScript. */
interface Hidden {
  readonly name: string;
  readonly activation: Activation | string;
  readonly f: (t: number) => number;
}

const hiddens: readonly Hidden[] = [
  { name: "tanh", activation: "tanh", f: Math.tanh },
  { name: "sigm", activation: "sigmoid", f: (t) => 1 / (1 + Math.exp(-t)) },
  {
    name: "relu_ω",
    activation: defElementwise({ name: "reluOmega", f: "0.4*log(1+exp(x/0.4))" }),
    f: (t) => 0.4 * Math.log(1 + Math.exp(t / 0.4)),
  },
  { name: "elu", activation: "elu", f: (t) => (t >= 0 ? t : Math.exp(t) - 1) },
];

/** A last layer: its law in the graph, and E[g(y)] = Σ weight·g(y) with ln p(y | o) in plain JavaScript. */
interface Output extends HostLaw {
  readonly name: string;
  readonly activation?: string;
  readonly likelihood?: Law;
}

const outputs: readonly Output[] = [
  {
    name: "linear",
    likelihood: gaussian({ sigma: 0.7 }),
    ...independent(normalUnit((t) => t, 0.7)),
  },
  { name: "soft-max", likelihood: categorical(), ...softmaxLaw },
  {
    name: "tanh",
    activation: "tanh",
    ...independent(twoValued(-1, 1, (t) => (1 + Math.tanh(t)) / 2)),
  },
];

/** o = C'(f(W'x̃), 1) of one row. */
function forward(f: Hidden["f"], weights: Matrix, row: Matrix): number[] {
  const h = new Matrix([row.mmul(weights).to1DArray().map(f)]);
  return augmented(h).mmul(c).to1DArray();
}

/** (1/n) Σ_s E[score score'] over the flattened W, scores by central differences of ln p(y | W). */
function expectedByScores({ f }: Hidden, { logProb, outcomes }: Output): Matrix {
  const rows = augmented(x);
  const total = Matrix.zeros(9, 9);
  for (let s = 0; s < x.rows; s++) {
    const row = rows.getRowVector(s);
    for (const { y, weight } of outcomes(forward(f, w, row))) {
      const score = Array.from({ length: 9 }, (_, k) => {
        const at = (steps: number) => {
          const moved = w.clone();
          moved.set(Math.floor(k / 3), k % 3, moved.get(Math.floor(k / 3), k % 3) + steps * 1e-3);
          return logProb(y, forward(f, moved, row));
        };
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12e-3;
      });
      const column = Matrix.columnVector(score);
      total.add(column.mmul(column.transpose()).mul(weight / x.rows));
    }
  }
  return total;
}

for (const hidden of hiddens) {
  for (const output of outputs) {
    const expected = expectedByScores(hidden, output);
    for (const on of backends) {
      test(`T3 ${hidden.name} under ${output.name}: two layers = (D C G_o C' D) ⊗ x̃x̃' = E[score score'], on ${on.name}`, async (t) => {
        const { activation, likelihood } = output;
        const model = sequential(
          dense(2, 3, { activation: hidden.activation }),
          dense(3, 2, activation === undefined ? {} : { activation }),
        );
        const blocks = await denseBlocks(model, {
          x,
          metrics: stackedMetrics(),
          ...(likelihood === undefined ? {} : { likelihood }),
          values: { "dense0/w": w, "dense1/w": c },
          on,
        });
        t.ok(
          gap(blocks["dense0/w"]?.to1DArray() ?? [], expected.to1DArray()) < on.limit(1e-9, 1e-6),
        );
        t.ok(Math.abs(expected.get(0, 1)) > 1e-3, "units are coupled");
      });
    }
  }
}

/** (1/n) Σ_s (D C G_o C' D) ⊗ x̃x̃' for independent outputs of variance 0.7², D by the given slope. */
function closedForm(slope: (t: number) => number): Matrix {
  const rows = augmented(x);
  const inner = c.subMatrix(0, 2, 0, 1);
  const total = Matrix.zeros(9, 9);
  for (let s = 0; s < x.rows; s++) {
    const row = rows.getRowVector(s);
    const d = Matrix.diag(row.mmul(w).to1DArray().map(slope));
    const across = d
      .mmul(inner)
      .mmul(inner.transpose())
      .mmul(d)
      .mul(1 / 0.49 / x.rows);
    total.add(row.transpose().mmul(row).kroneckerProduct(across));
  }
  return total;
}

test("T3 D has f', not the ν_f of hidden units that respond themselves", (t) => {
  const [, , relu] = hiddens as [Hidden, Hidden, Hidden];
  const [linear] = outputs as [Output];
  const expected = expectedByScores(relu, linear).to1DArray();
  const slope = (u: number) => 1 / (1 + Math.exp(-u / 0.4));
  t.ok(gap(closedForm(slope).to1DArray(), expected) < 1e-9, "f'");
  t.ok(gap(closedForm((u) => slope(u) ** 2).to1DArray(), expected) > 1e-2, "ν = f'²");
  t.end();
});

const deep = sequential(
  dense(2, 3, { activation: "tanh" }),
  batchNorm(3),
  dense(3, 3, { activation: "sigmoid" }),
  dense(3, 2),
);

for (const on of backends) {
  test(`T16 blocks of the whole model's Fisher information: soft-max row, two layers and deeper ones, on ${on.name}`, async (t) => {
    const likelihood = categorical();
    const metrics = stackedMetrics({ layers: Number.POSITIVE_INFINITY });
    const blocks = await denseBlocks(deep, { x, metrics, likelihood, on });
    await withStore(
      deep,
      {},
      async (store) => {
        const whole = await fisher(deep, asTensor(x), { store, likelihood });
        for (const name of ["dense0/w", "dense1/w", "dense2/w"]) {
          const block = await whole.block(name, name);
          t.ok(gap(blocks[name]?.to1DArray() ?? [], block.data()) < on.limit(1e-12, 1e-6), name);
        }
        const corner = await whole.block("dense1/w", "dense2/w");
        t.ok(
          Math.max(...Array.from(corner.data(), Math.abs)) > 1e-3,
          "off the diagonal it is not 0",
        );
      },
      on,
    );
    t.ok(blocks["batchNorm0/scale + batchNorm0/offset"], "other modules keep their rows");
  });
}

test("stackedMetrics: two layers of three end at the second, or at the one given", async (t) => {
  const [first, second, third] = [
    dense(2, 3, { activation: "tanh" }),
    dense(3, 3, { activation: "sigmoid" }),
    dense(3, 2),
  ];
  const values = {
    "dense0/w": w,
    "dense1/w": matrixOf("second", 4, 3),
    "dense2/w": c,
  };
  const model = sequential(first, second, third);
  const two = await denseBlocks(model, { x, metrics: stackedMetrics(), values });
  const metrics = stackedMetrics({ layers: Number.POSITIVE_INFINITY, ends: [second] });
  const ended = await denseBlocks(model, { x, metrics, values });
  const { "dense2/w": _, ...rest } = values;
  const alone = await denseBlocks(sequential(first, second), {
    x,
    metrics: stackedMetrics({ layers: Number.POSITIVE_INFINITY }),
    values: rest,
  });
  const [a, b, expected] = [two, ended, alone].map((one) => one["dense0/w"]?.to1DArray() ?? []);
  t.equal(expected?.length, 81);
  t.ok(gap(a ?? [], expected ?? []) < 1e-13, "layers: 2");
  t.ok(gap(b ?? [], expected ?? []) < 1e-13, "ends: [second]");
  const paths = subsystemsOf(model, { x, metrics: stackedMetrics() });
  t.deepEqual(
    paths.map(({ responses }) => responses()[0]?.law.name),
    ["bernoulli{0, 1}", "gaussian(1)", "gaussian(1)"],
    "the law is that of the later layer",
  );
});

test("stackedMetrics: subsystems without a layer and ends that are no layers are refused", (t) => {
  t.throws(
    () => stackedMetrics({ layers: 0 }),
    /stackedMetrics: a subsystem must have at least one layer, a whole number or Infinity, got 0; pass \{ layers: 2 \}/,
  );
  const metrics = stackedMetrics({ ends: [batchNorm(3)] });
  t.throws(
    () => subsystemsOf(deep, { x, metrics }),
    /stackedMetrics, ends: they must be layers of the model that act as X̃W, got batchNorm; pass modules/,
  );
  t.end();
});
