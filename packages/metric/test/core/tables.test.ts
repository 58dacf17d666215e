/** Tables of metrics: look-up by object, and what they refuse. */
import { augment, input, matmul, mul, relu, tanh } from "@metrigrad/graph";
import {
  affineUses,
  checkTable,
  defMetric,
  linearRows,
  metrics,
  neuronRows,
  paperMetrics,
  partition,
  plain,
  reluRow,
  sharedGram,
  standardMetrics,
  subsystems,
  unitRowOf,
} from "@metrigrad/metric";
import {
  applyModel,
  batchNorm,
  defModule,
  dense,
  type Module,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import test from "tape";

const first = dense(3, 4, { activation: relu });
const last = dense(4, 2);
const model = sequential(first, dense(4, 4, { activation: tanh }), last);

function found(table = standardMetrics, of: Module = model) {
  const { applications, parameters } = applyModel(of, input("x", [5, 3]));
  return subsystems(
    applications,
    table,
    parameters.map(({ variable }) => variable),
  );
}

/** One matrix for all units, as a row of a kind of module or of one module. */
const sharedFor = (of: typeof dense | typeof first) =>
  defMetric(of as typeof dense, {
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: sharedGram(reference, preActivation.shape[1] as number) },
    ],
  });

test("tables: the module itself comes before its kind, and that before how it acts", (t) => {
  const forms = (table: typeof standardMetrics) => found(table).map(({ block }) => block?.form);
  t.deepEqual(
    forms(metrics(neuronRows(), sharedFor(first))),
    ["sharedGram", "unitGram", "sharedGram"],
    "one module",
  );
  t.deepEqual(
    forms(metrics(neuronRows(), sharedFor(dense))),
    ["sharedGram", "sharedGram", "sharedGram"],
    "its kind",
  );
  t.deepEqual(
    found(metrics(sharedFor(dense), plain(first))).map(({ block }) => block?.form),
    [undefined, "sharedGram", "sharedGram"],
    "the module before the kind",
  );
  t.deepEqual(forms(paperMetrics), ["sharedGram", "unitGram", "sharedGram"], "the paper's mixture");
  t.end();
});

test("tables: activations find their rows as values; others have one by their derivative", (t) => {
  t.equal(unitRowOf(relu).name, "relu neuron (ι=0, ω=1, σ=1)");
  t.equal(unitRowOf(relu, [reluRow({ omega: 0.1 })]).name, "relu neuron (ι=0, ω=0.1, σ=1)");
  t.equal(unitRowOf(tanh, []).name, "tanh neuron (σ=1)");
  t.end();
});

test("tables: with adds rows and leaves the table as it was, replacing swaps them", (t) => {
  const small = metrics(neuronRows());
  const larger = small.with(plain(batchNorm));
  t.deepEqual([small.rows.length, larger.rows.length], [1, 2]);
  const swapped = larger.replacing(linearRows());
  t.deepEqual(
    found(swapped).map(({ block }) => block?.form),
    ["sharedGram", "sharedGram", "sharedGram"],
  );
  t.throws(() => (small.rows as unknown[]).push(1), /extensible|read only|frozen/);
  t.end();
});

test("tables: a doubled row is refused", (t) => {
  const message =
    /metrics: a table may have one row for each kind of module or use, got two for affine uses; leave one out, or use table.replacing/;
  t.throws(() => metrics(neuronRows(), linearRows()), message);
  t.throws(() => standardMetrics.with(linearRows()), message);
  t.throws(() => metrics(sharedFor(dense), plain(dense)), /got two for dense; leave/);
  t.throws(() => metrics(sharedFor(first), plain(first)), /got two for one dense/);
  t.end();
});

test("tables: a missing row lists what there is", (t) => {
  t.throws(
    () => found(metrics(plain(batchNorm), sharedFor(last))),
    /metric of dense0: the table must have a row for dense or for how dense0\/w acts as affine \(it has: batchNorm, one dense\), got none; add one: table\.with\(defMetric\(dense, \{ block \}\)\), autoMetric\(dense\), or plain\(dense\) .*table\.orPlain\(\)/,
  );
  t.end();
});

test("subsystems: a parameter in no block and one in two are refused", (t) => {
  const none = defMetric(dense, { block: () => [] });
  t.throws(
    () => found(metrics(none)),
    /metric of parameter dense0\/w: every parameter must belong to a block, got none; return it from the metric's `block`/,
  );
  const twice = defMetric(dense, {
    block: ({ params }) => [{ params: [params.w, params.w], block: null }],
  });
  t.throws(
    () => found(metrics(twice)),
    /metric of parameter dense0\/w: all uses of a parameter must have a block over the same parameters, or all take the plain gradient, got different ones in dense0 and dense0; return the same `params`/,
  );
  const shared = dense(3, 3);
  let uses = 0;
  const halfway = defMetric(dense, {
    block: ({ params, reference }) => {
      return [{ params: [params.w], block: uses++ === 0 ? null : sharedGram(reference, 3) }];
    },
  });
  t.throws(
    () => found(metrics(halfway), sequential(shared, shared)),
    /metric of parameter dense0\/w: all uses .* or all take the plain gradient/,
  );
  t.end();
});

test("tables: what is no table is refused", (t) => {
  for (const odd of [3, null, {}, () => undefined])
    t.throws(
      () => checkTable("rfim, metrics", odd as unknown as typeof standardMetrics),
      /rfim, metrics: it must be a table of metrics, got .*; pass standardMetrics/,
    );
  t.end();
});

test("tables: orPlain gives modules without a row the plain gradient, and the others theirs", (t) => {
  const table = metrics(sharedFor(last)).orPlain();
  const forms = (of: typeof table) => found(of).map(({ path, block }) => [path, block?.form]);
  const expected = [
    ["dense0", undefined],
    ["dense1", undefined],
    ["dense2", "sharedGram"],
  ];
  t.deepEqual(forms(table), expected);
  t.deepEqual(forms(metrics().orPlain().with(sharedFor(last))), expected, "with keeps it");
  t.deepEqual(forms(metrics().orPlain().replacing(sharedFor(last))), expected, "replacing too");
  t.deepEqual(forms(partition(model, "neuron", table)), expected);
  t.equal(table.others, "plain");
  t.throws(() => found(metrics(sharedFor(last))), /the table must have a row for dense/);
  t.end();
});

test("tables: orPlain gives parameters that no block covers the plain gradient", (t) => {
  const gain = defModule({
    name: "gain",
    params: { w: param([4, 2], zeros), scale: param([2], zeros) },
    apply: ({ w, scale }, x) => mul(matmul(augment(x), w), scale),
  });
  const half = defMetric(gain, {
    block: ({ params, reference }) => [{ params: [params.w], block: sharedGram(reference, 2) }],
  });
  t.throws(
    () => found(metrics(half), gain()),
    /metric of parameter scale: every parameter must belong to a block, got none; .*or use table\.orPlain\(\)/,
  );
  t.deepEqual(
    found(metrics(half).orPlain(), gain()).map(({ names, block, uses }) => [
      names,
      block?.form,
      uses,
    ]),
    [
      [["w"], "sharedGram", 1],
      [["scale"], undefined, 1],
    ],
  );
  t.end();
});

test("subsystems: a module with the plain gradient may be used twice", (t) => {
  const shared = batchNorm(3);
  const made = found(standardMetrics, sequential(shared, dense(3, 3), shared));
  t.deepEqual(
    made.map(({ path, params }) => [path, params.length]),
    [
      ["batchNorm0", 2],
      ["dense0", 1],
    ],
  );
  t.end();
});

test("subsystems: statistics are no parameters", (t) => {
  const [, norm] = found(standardMetrics, sequential(dense(3, 4), batchNorm(4)));
  t.deepEqual(norm?.names, ["batchNorm0/scale", "batchNorm0/offset"]);
  t.equal(norm?.block, null);
  t.end();
});

test("tables: a parameter that acts in none of the ways that have rows is named", (t) => {
  const two = defModule({
    name: "two",
    params: { a: param([3], zeros), b: param([3, 2], zeros) },
    apply: ({ a, b }, x) => matmul(mul(x, tanh(a)), b),
  });
  t.throws(
    () => found(metrics(linearRows()), two()),
    /metric of two: the table must have a row for two or for how a acts neither as X̃W, nor as scale, nor as lookup \(it has: affine uses\), got none/,
  );
  const [first, second] = found(metrics(linearRows()).orPlain(), two());
  t.deepEqual([first?.names, first?.block], [["a"], null]);
  t.deepEqual([second?.names, second?.block?.form], [["b"], "sharedGram"]);
  t.equal(plain(affineUses).of, affineUses);
  t.end();
});
