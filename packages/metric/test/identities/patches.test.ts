/** A convolution's metric is that of a dense layer on its patches (T = X̃W in both). */
import { type Node, relu, reshape, tanh, transpose } from "@metrigrad/graph";
import {
  autoMetric,
  checkMetric,
  diagonalMetrics,
  ekfacMetrics,
  fullMetrics,
  kfacMetrics,
  linearMetrics,
  linearRows,
  type MetricTable,
  metrics,
  neuronRows,
  quasiDiagonalMetrics,
  stackedMetrics,
  standardMetrics,
} from "@metrigrad/metric";
import {
  type AnyModule,
  categorical,
  conv1d,
  conv2d,
  convTranspose2d,
  defModule,
  dense,
  flatten,
  gaussian,
  independent,
  sequential,
} from "@metrigrad/nn";
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import { denseBlocks, subsystemsOf } from "../support/dense.ts";
import { drawnOf, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { timesFactor } from "../support/off.ts";

test("checkMetric of convolutions: linear rows and rows of neurons", async (t) => {
  const images = drawnOf("images", 2, 2, 3, 3);
  const cases: readonly (readonly [string, AnyModule, Tensor])[] = [
    ["conv1d", conv1d(1, 2, 2, { stride: 2, padding: 1 }), drawnOf("series", 3, 1, 4)],
    ["conv2d", conv2d(2, 2, 2), images],
    [
      "conv2d with tanh and padding",
      conv2d(1, 1, 2, { padding: 1, stride: 2, activation: tanh }),
      drawnOf("one", 2, 1, 2, 3),
    ],
    ["conv2d without bias", conv2d(2, 1, [1, 2], { bias: false, dilation: [1, 2] }), images],
    [
      "convTranspose2d",
      convTranspose2d(1, 2, 2, { stride: 2, padding: 1 }),
      drawnOf("small", 2, 1, 2, 2),
    ],
  ];
  for (const [name, module, inputs] of cases) {
    for (const metric of [linearRows(), neuronRows()]) {
      const report = await checkMetric(metric, { module, inputs });
      t.ok(report.passed, `${name}: ${report}`);
    }
  }
  const [, module, inputs] = cases[1] as (typeof cases)[number];
  t.notOk((await checkMetric(timesFactor(linearRows(), 1.1), { module, inputs })).passed);
});

const [n, channels, side, kernel, outputs] = [3, 2, 4, 2, 2] as const;
const places = side - kernel + 1;
const images = drawnOf("images", n, channels, side, side);

/** Rows (c, κ) of every place, by loops. */
function patchesOf(x: Tensor): Tensor {
  const rows: number[] = [];
  for (let s = 0; s < n; s++)
    for (let i = 0; i < places; i++)
      for (let j = 0; j < places; j++)
        for (let c = 0; c < channels; c++)
          for (let k = 0; k < kernel; k++)
            for (let l = 0; l < kernel; l++) rows.push(x.get(s, c, i + k, j + l));
  return tensor(Float64Array.from(rows), {
    shape: [n, places * places, channels * kernel * kernel],
  });
}

/** [n, places, m] as [n, m·places], as flatten gives it after a convolution. */
const channelsFirst = defModule({
  name: "channelsFirst",
  apply: (_, h: Node) => reshape(transpose(h, [0, 2, 1]), [n, outputs * places * places]),
});

const tables: Readonly<Record<string, MetricTable>> = {
  linear: linearMetrics,
  reduced: metrics(linearRows({ sharing: "reduce" })),
  standard: standardMetrics,
  kfac: kfacMetrics(),
  "kfac, reduced": kfacMetrics({ sharing: "reduce" }),
  ekfac: ekfacMetrics(),
  diagonal: diagonalMetrics(),
  quasiDiagonal: quasiDiagonalMetrics(),
  stacked: stackedMetrics(),
};

test("conv2d's block is that of a dense layer on its patches, by every table", async (t) => {
  const width = channels * kernel ** 2;
  const top = outputs * places * places;
  const w = matrixOf("w", width + 1, outputs, 0.5);
  const c = matrixOf("c", top + 1, 3, 0.5);
  for (const activation of [tanh, relu]) {
    const convolved = sequential(
      conv2d(channels, outputs, kernel, { activation }),
      flatten(),
      dense(top, 3),
    );
    const onPatches = sequential(
      dense(width, outputs, { activation }),
      channelsFirst(),
      dense(top, 3),
    );
    const all = Object.entries(tables);
    for (const [name, table] of activation === tanh ? all : all.slice(2, 3)) {
      const place = { metrics: table, likelihood: categorical() };
      const [one, other] = [
        await denseBlocks(convolved, {
          ...place,
          x: images,
          values: { "conv2d0/w": w, "dense0/w": c },
        }),
        await denseBlocks(onPatches, {
          ...place,
          x: patchesOf(images),
          values: { "dense0/w": w, "dense1/w": c },
        }),
      ];
      const [first, second] = [one["conv2d0/w"], other["dense0/w"]];
      t.ok(first !== undefined && second !== undefined, `${name}: a block of its own`);
      const size = Math.max(...(second?.to1DArray().map(Math.abs) ?? [1]));
      const off = gap(first?.to1DArray() ?? [], second?.to1DArray() ?? [Number.NaN]);
      t.ok(off < 1e-12 * Math.max(1, size), `${activation.op.name}, ${name}: ${off}`);
    }
  }
});

/** K-FAC and other approximations take the rows of the base table for convolutions with groups. */
const groupTables = {
  linear: linearMetrics,
  standard: standardMetrics,
  full: fullMetrics,
  kfac: kfacMetrics(),
};

for (const make of [conv2d, convTranspose2d]) {
  test(`${make.spec.name} with groups is a convolution of each group, by every table`, async (t) => {
    for (const [name, table] of Object.entries(groupTables)) {
      const grouped = make(4, 6, 2, { groups: 2, activation: "tanh" });
      const x = drawnOf("four", n, 4, 3, 3);
      const w = matrixOf("w", 9, 6, 0.5);
      const [block] = Object.values(
        await denseBlocks(grouped, { x, metrics: table, values: { w } }),
      );
      // Columns of a group, and the diagonal block of these parameters: entries [d, m] are row-major.
      for (const group of [0, 1]) {
        const columns = [0, 1, 2].map((j) => 3 * group + j);
        const part = tensor(
          Float64Array.from(x.data()).filter((_, i) => Math.floor(i / 18) % 2 === group),
          { shape: [n, 2, 3, 3] },
        );
        const own = w.subMatrixColumn(columns);
        const place = {
          x: part,
          metrics: name === "kfac" ? standardMetrics : table,
          values: { w: own },
        };
        const [expected] = Object.values(
          await denseBlocks(make(2, 3, 2, { activation: "tanh" }), place),
        );
        const at = Array.from({ length: 9 }, (_, i) => columns.map((j) => 6 * i + j)).flat();
        const got = block?.selection(at, at);
        const off = gap(got?.to1DArray() ?? [], expected?.to1DArray() ?? [Number.NaN]);
        t.ok(off < 1e-12, `${name}, group ${group}: ${off}`);
        t.ok((expected?.trace() ?? 0) > 0.1, "not 0");
      }
      const across = block?.selection([0], [3]).get(0, 0);
      t.equal(across, 0, "groups have no entries between them");
    }
  });
}

test("a convolution with groups: its row is what automatic differentiation gives", async (t) => {
  const model = conv2d(2, 4, 2, { groups: 2 });
  const likelihood = independent(gaussian(), 2);
  const blockBy = async (metrics: MetricTable) =>
    (await denseBlocks(model, { x: images, metrics, likelihood })).w?.to1DArray() ?? [];
  const byAuto = await blockBy(metrics(autoMetric(conv2d)));
  t.ok(gap(await blockBy(linearMetrics), byAuto) < 1e-12);
  t.ok(Math.max(...byAuto) > 0.1, "not 0");
});

test("a convolution with groups: its table needs a row for them, and says so", (t) => {
  const model = conv2d(2, 2, 2, { groups: 2 });
  t.throws(
    () => subsystemsOf(model, { x: images, metrics: metrics(linearRows()) }),
    /MetricError: metric of conv2d: the table must have a row for conv2d or for how w acts as grouped .*autoMetric\(conv2d\).*table.orPlain\(\)/,
  );
  const [only] = subsystemsOf(model, { x: images, metrics: metrics(linearRows()).orPlain() });
  t.equal(only?.block, null);
  t.end();
});
