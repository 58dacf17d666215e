import { matmul, type Node, relu, reshape, softmax, tanh } from "@metrigrad/graph";
import {
  defMetric,
  type ExplainOptions,
  explain,
  fullMetrics,
  type MetricTable,
  metrics,
  paperMetrics,
  partition,
  plain,
  softmaxGram,
  standardMetrics,
} from "@metrigrad/metric";
import {
  batchNorm,
  categorical,
  defModule,
  dense,
  type Module,
  mixtureOfExperts,
  param,
  sequential,
  skip,
  zeros,
} from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import test from "tape";

const model = sequential(dense(784, 80, { activation: relu }), batchNorm(80), dense(80, 10));

const average = { average: 0.95, every: 20 } as const;

const standard = { batchSize: 50, metrics: standardMetrics };

test("explain: a row per subsystem, with solver and cost", (t) => {
  const { rows, bytes, build, apply } = explain(model, standard);
  t.deepEqual(
    rows.map(({ path, form, law, matrices, d, m, solver }) => [
      path,
      form,
      law,
      matrices,
      d,
      m,
      solver,
    ]),
    [
      ["dense0", "unitGram", "gaussian(1)", 80, 785, 80, "woodbury"],
      ["batchNorm0", "plain gradient", null, 0, 0, 0, "none"],
      ["dense1", "sharedGram", "gaussian(1)", 1, 81, 10, "woodbury"],
    ],
  );
  const [first] = rows;
  // 80 kernels of 50 × 50 and their factors, in float32.
  t.equal(first?.bytes, 80 * 2 * 50 * 50 * 4);
  t.equal(
    bytes,
    rows.reduce((sum, row) => sum + row.bytes, 0),
  );
  t.ok(build > 0 && apply > 0);
  t.end();
});

test("explain: fullMetrics gives every module its metric, the last layer by the likelihood", (t) => {
  const shown = (likelihood: object) =>
    explain(model, { batchSize: 50, metrics: fullMetrics, ...likelihood }).rows.map(
      ({ form, law }) => [form, law],
    );
  t.deepEqual(shown({ likelihood: categorical() }), [
    ["unitGram", "gaussian(1)"],
    ["scale and offset", "gaussian(1)"],
    ["softmaxGram", "categorical"],
  ]);
  t.deepEqual(shown({})[2], ["sharedGram", "gaussian(1)"]);
  t.end();
});

test("explain: the text is a table with aligned columns, and a sum", (t) => {
  const lines = String(explain(model, standard)).split("\n");
  t.equal(lines.length, 5);
  const [title = "", ...rest] = lines;
  t.match(title, /^module +metric +response +matrices +solver +bytes +build +apply +source$/);
  const at = title.indexOf("matrices");
  t.equal(rest[0]?.indexOf("80 × [785, 785]"), at);
  t.equal(rest[2]?.indexOf("1 × [81, 81], for 10 units"), at);
  t.match(rest[0] ?? "", /woodbury \(50 rows < 0\.7·785 = 550\) +1\.60 MB/);
  t.match(
    lines[4] ?? "",
    /^batches of 50, metric of each batch: 1\.62 MB kept, .* multiply-adds to build, .* to apply$/,
  );
  t.end();
});

test("explain: a running average is kept as matrices, and as their inverses", (t) => {
  const { rows } = explain(model, { batchSize: 50, over: average, metrics: paperMetrics });
  const [first] = rows;
  t.deepEqual([first?.solver, first?.matrices, first?.bytes], ["dense", 1, 2 * 785 * 785 * 4 + 4]);
  t.match(first?.why ?? "", /running average/);
  t.end();
});

test("explain: of Kronecker and diagonal metrics an average keeps factors", (t) => {
  const small = sequential(dense(99, 20, { activation: relu }), dense(20, 10));
  const averages = (table: MetricTable) => {
    const options = { batchSize: 50, over: average, metrics: table, likelihood: categorical() };
    return explain(small, options).rows.map(({ solver, bytes }) => [solver, bytes]);
  };
  // Two factors and their inverses, and λ; the factors F of the batch's rows, of ten columns each.
  const rows = [4 * 50 * 20 * 10, 4 * 50 * 10 * 10] as const;
  t.deepEqual(averages(metrics.kfac({ split: true })), [
    ["kronecker", 8 * (100 ** 2 + 20 ** 2) + 4 + rows[0]],
    ["kronecker", 8 * (21 ** 2 + 10 ** 2) + 4 + rows[1]],
  ]);
  // Their eigenvectors, and a scale for each element.
  t.deepEqual(averages(metrics.kfac()), [
    ["kronecker", 8 * (100 ** 2 + 20 ** 2) + 4 * 100 * 20 + 4 + rows[0]],
    ["kronecker", 8 * (21 ** 2 + 10 ** 2) + 4 * 21 * 10 + 4 + rows[1]],
  ]);
  t.deepEqual(averages(metrics.diagonal()), [
    ["diagonal", 8 * 100 * 20 + 4 * 20 + rows[0]],
    ["diagonal", 8 * 21 * 10 + 4 * 10 + rows[1]],
  ]);
  t.ok(averages(metrics.quasiDiagonal()).every(([, bytes]) => (bytes as number) < 70 * 100 * 20));
  t.end();
});

test("explain: over a memory budget it names the largest block and the alternatives", (t) => {
  t.throws(
    () => explain(model, { ...standard, over: average, memoryBudget: 1e8 }),
    /explain: the blocks must fit in memoryBudget, 100 MB, got 394 MB, most of it 80 × \[785, 785\] of dense0 \(394 MB\); use linearRows for it \(one matrix, 4\.93 MB\), or metrics\.quasiDiagonal\(\) \(1\.00 MB\), or metrics\.diagonal\(\) \(502 kB\), or the metric of each batch instead of a running average \(woodbury, 1\.60 MB\), or plain\(…\) for the plain gradient/,
  );
  t.throws(
    () => explain(model, { ...standard, memoryBudget: 1e5 }),
    /got 1\.62 MB, most of it .* or a smaller batch, or plain/,
  );
  t.doesNotThrow(() => explain(model, { ...standard, memoryBudget: 2e6 }));
  t.end();
});

test("explain: a block that does not fit is solved by an exact solver that keeps less", (t) => {
  const wide = sequential(dense(99, 99), dense(99, 10));
  const free = explain(wide, { batchSize: 80 });
  t.deepEqual(
    free.rows.map(({ solver, bytes }) => [solver, bytes]),
    [
      ["dense", 80_000],
      ["dense", 80_000],
    ],
  );
  const tight = explain(wide, { batchSize: 80, memoryBudget: 140_000 });
  t.deepEqual(
    tight.rows.map(({ solver, bytes }) => [solver, bytes]),
    [
      ["woodbury", 51_200],
      ["dense", 80_000],
    ],
    "one is enough",
  );
  t.match(tight.rows[0]?.why ?? "", /dense keeps more than the budget allows/);
  t.ok(explain(wide, { batchSize: 80, memoryBudget: 102_400 }).bytes === 102_400, "then both");
  t.throws(() => explain(wide, { batchSize: 80, memoryBudget: 102_399 }), /got 102 kB/);
  t.end();
});

test("explain: a running average that is too large is refused before anything is allocated", (t) => {
  const large = sequential(dense(300, 300, { activation: relu }), dense(300, 200));
  const options = {
    batchSize: 10,
    likelihood: categorical(),
    over: average,
    metrics: fullMetrics,
  };
  t.throws(
    () => explain(large, options),
    /explain: a running average must fit in 2\.15 GB, got 1 × \[60200, 60200\], over 200 units of dense1 \(14\.5 GB\); use partition\(model, "neuron"\) \(145 MB\), or metrics\.kfac\(\) \(1\.04 MB\), or metrics\.ekfac\(\) of each batch .*, or metrics\.diagonal\(\) .*, or the metric of each batch instead of a running average \(woodbury, 33\.3 MB\)/,
  );
  t.throws(
    () => explain(large, { ...options, metrics: partition(large, "whole") }),
    /got 1 × \[150500, 150500\] of dense0 \+ dense1 \(90\.6 GB\); use a finer partition, or/,
  );
  t.ok(explain(large, { ...options, over: "batch" }).bytes < 1e8);
  t.ok(explain(large, { ...options, metrics: partition(large, "neuron") }).bytes < 1e9);
  t.ok(explain(large, { ...options, metrics: metrics.kfac() }).bytes < 1e7);
  t.end();
});

test("explain: a solver that is asked for, with what it keeps, or the block that has it not", (t) => {
  const small = sequential(dense(99, 20, { activation: relu }), dense(20, 10));
  const shown = (options: Partial<ExplainOptions>) =>
    explain(small, { ...standard, ...options }).rows.map(({ solver, why, bytes }) => {
      return `${solver} (${why}) ${bytes}`;
    });
  t.deepEqual(shown({ solver: "dense" }), [
    `dense (asked for) ${8 * 20 * 100 ** 2}`,
    `dense (asked for) ${8 * 21 ** 2}`,
  ]);
  t.deepEqual(shown({ solver: { dense1: "cg" } }), [
    `woodbury (50 rows < 0.7·100 = 70) ${8 * 20 * 50 ** 2}`,
    `cg (asked for, 42 steps keep vectors only) ${4 * 5 * 21 * 10}`,
  ]);
  const averaged = { metrics: metrics.kfac(), over: average, solver: { dense1: "dense" } } as const;
  // The factors, and the inverse of their product.
  t.equal(
    shown(averaged)[1],
    `dense (asked for) ${4 * (21 ** 2 + 10 ** 2 + 210 ** 2 + 1 + 50 * 10 * 10)}`,
  );
  t.throws(
    () => shown({ metrics: metrics.diagonal(), solver: "woodbury" }),
    /explain, solver of dense0: a block by diagonal.* can be solved by diagonal, dense, cg, got woodbury/,
  );
  t.throws(
    () => shown({ solver: { dense0: "cg" }, memoryBudget: 1000 }),
    /explain: the blocks must fit in memoryBudget, 1\.00 kB/,
  );
  t.end();
});

const softmaxMetric = defMetric(dense, {
  source: "soft-max layer",
  block: ({ params, reference, preActivation }) => [
    { params: [params.w], block: softmaxGram(reference, softmax(preActivation)) },
  ],
});

test("explain: the soft-max block by Woodbury, and its average within a budget only", (t) => {
  const last = dense(80, 10);
  const options = { batchSize: 50, metrics: metrics(softmaxMetric) };
  const [row] = explain(last, options).rows;
  t.deepEqual(
    [row?.layout, row?.size, row?.columns],
    ["1 × [810, 810], over 10 units", 810, "coupled"],
  );
  const factors = 4 * 50 * 10 * 9;
  t.deepEqual([row?.solver, row?.bytes], ["woodbury", 8 * 450 ** 2 + factors]);
  t.match(row?.why ?? "", /450 rows < 0\.7·810 = 567/);
  const averaged = { ...options, over: average };
  t.equal(explain(last, { ...averaged, memoryBudget: 6e6 }).bytes, 8 * 810 ** 2 + 4 + factors);
  t.throws(
    () => explain(last, { ...averaged, memoryBudget: 5e6 }),
    /got 5\.27 MB, most of it 1 × \[810, 810\], over 10 units of w \(5\.27 MB\); use partition\(model, "neuron"\) \(525 kB\), or metrics\.kfac\(\) \(53\.3 kB\), or metrics\.ekfac\(\) of each batch \(53\.3 kB\), or metrics\.quasiDiagonal\(\) \(13\.0 kB\), or .*, or the metric of each batch/,
  );
  t.end();
});

test("explain: bytes are those of the store's floats, and of the floats in which it is solved", (t) => {
  const bytes = (options: Partial<ExplainOptions>) => {
    const { rows } = explain(model, { ...standard, ...options });
    return rows.map((row) => row.bytes);
  };
  // Kernels of 50 × 50 and their factors.
  const [layer, last] = [80 * 2 * 50 * 50, 2 * 50 * 50];
  t.deepEqual(bytes({}), [4 * layer, 0, 4 * last]);
  t.deepEqual(bytes({ float: "f64" }), [8 * layer, 0, 8 * last]);
  t.deepEqual(bytes({ solvePrecision: "f64" }), [8 * layer, 0, 8 * last]);
  // Beside those the rows, the inverses, λ and the share of each block are held, as two floats of the store.
  const held = [80 * 50 * 50 + 50 * 784 + 50 * 80 + 80 + 1, 50 * 50 + 50 * 80 + 1 + 1] as const;
  const over = { every: 5 };
  const kept = (made: number, each: number) => [
    made * layer + each * held[0],
    0,
    made * last + each * held[1],
  ];
  t.deepEqual(bytes({ over }), kept(4, 4));
  t.deepEqual(bytes({ over, float: "f64" }), kept(8, 8));
  t.deepEqual(bytes({ over, solvePrecision: "f64" }), kept(8, 8));
  t.deepEqual(bytes({ over, float: "f64", solvePrecision: "f64" }), kept(8, 8));
  t.end();
});

test("explain: what is too large in 64 bits only is refused there, and floats are checked", (t) => {
  const wide = dense(19_999, 2);
  const options = { batchSize: 50, over: { average: 0.9, every: 5 } } as const;
  t.doesNotThrow(() => explain(wide, options), "20,000² floats of 32 bits are 1.6 GB");
  t.throws(
    () => explain(wide, { ...options, float: "f64" }),
    /explain: a running average must fit in 2\.15 GB, got 1 × \[20000, 20000\], for 2 units of w \(3\.20 GB\)/,
  );
  t.throws(
    () => explain(model, { ...standard, float: "f16" as never }),
    /explain: float must be "f32" or "f64", got "f16"; leave it out for "f32"/,
  );
  t.throws(
    () => explain(model, { ...standard, solvePrecision: "f32" as never }),
    /explain: solvePrecision must be "store" or "f64", got "f32"/,
  );
  t.end();
});

test("explain: toDot draws modules, the flow between them, and the block of each parameter", (t) => {
  const dot = explain(model, standard).toDot();
  const lines = dot.split("\n");
  t.equal(lines[0], "digraph metric {");
  t.equal(dot.split("{").length, dot.split("}").length, "braces are balanced");
  const declared = lines.flatMap((line) => line.match(/^ +(\w+) \[/)?.[1] ?? []);
  const edges = lines.flatMap((line) => {
    const [, from = "", to = ""] = line.match(/^ +(\w+) -> (\w+)/) ?? [];
    return from === "" ? [] : [[from, to]];
  });
  t.ok(
    edges.flat().every((end) => declared.includes(end)),
    "every edge joins what is there",
  );
  t.equal(new Set(declared).size, declared.length, "nothing is declared twice");
  for (const path of ["dense0", "batchNorm0", "dense1"])
    t.match(dot, new RegExp(`label="${path}"`));
  t.match(dot, /p0 \[shape=box, label="dense0\/w\\n\[785, 80\]"\]/);
  t.match(
    dot,
    /label="unitGram\\n80 × \[785, 785\]\\nresponse gaussian\(1\)\\nwoodbury, 1\.60 MB"/,
  );
  t.match(dot, /label="plain gradient\\n–", style=dashed/);
  const flow = lines.filter((line) => line.includes("style=bold")).map((line) => line.trim());
  t.deepEqual(
    flow.map((line) => line.replace(" [style=bold];", "")),
    ["x -> m0", "m0 -> m1", "m1 -> m2"],
  );
  // A parameter each of the dense layers, two of the normalisation.
  t.equal(edges.filter(([from]) => from?.startsWith("p")).length, 4);
  t.end();
});

test("explain: the graph has the modules with parameters, and what flows between them", (t) => {
  const { graph } = explain(model, standard);
  t.deepEqual(
    graph.modules.map(({ path, kind, params }) => [path, kind, params.length]),
    [
      ["dense0", "dense", 1],
      ["batchNorm0", "batchNorm", 2],
      ["dense1", "dense", 1],
    ],
  );
  t.deepEqual(graph.modules[0]?.params, [{ path: "dense0/w", shape: [785, 80] }]);
  const branched = sequential(dense(4, 4), skip(dense(4, 4)), skip(dense(4, 4)), dense(4, 2));
  const { flows, joins, inputs, outputs } = explain(branched, 7).graph;
  t.deepEqual(
    flows.map(({ from, to }) => `${from} -> ${to}`).sort(),
    [
      "null -> dense0",
      "dense0 -> skip0/dense0",
      "dense0 -> join 1",
      "skip0/dense0 -> join 1",
      "join 1 -> skip1/dense0",
      "join 1 -> join 2",
      "skip1/dense0 -> join 2",
      "join 2 -> dense1",
      "dense1 -> null",
    ].sort(),
  );
  t.deepEqual(
    joins.map(({ op }) => op),
    ["add", "add"],
  );
  t.deepEqual([inputs, outputs], [[[7, 4]], [[7, 2]]]);
  const experts = mixtureOfExperts(4, [dense(4, 4), dense(4, 4)]);
  const mixed = explain(experts, { batchSize: 7, inputs: [4], metrics: standardMetrics.orPlain() });
  t.deepEqual(
    mixed.graph.flows.map(({ from, to }) => `${from} -> ${to}`).sort(),
    [
      "null -> expert0",
      "null -> expert1",
      "null -> ",
      "expert0 -> ",
      "expert1 -> ",
      " -> null",
    ].sort(),
    "experts lead to the module that mixes them",
  );
  t.end();
});

test("explain: a number alone is the batch size; sizes and budgets are checked", (t) => {
  t.equal(String(explain(model, 50)), String(explain(model, { batchSize: 50 })));
  for (const batchSize of [0, 1.5, Number.NaN, -3])
    t.throws(() => explain(model, batchSize), /explain: batchSize must be a positive integer, got/);
  for (const memoryBudget of [0, -1, Number.NaN])
    t.throws(
      () => explain(model, { batchSize: 50, memoryBudget }),
      /explain: memoryBudget must be a positive number of bytes, got .*; pass/,
    );
  t.end();
});

test("explain: a missing row and an input that cannot be told are refused", (t) => {
  t.throws(
    () => explain(model, { batchSize: 50, metrics: metrics(plain(batchNorm)) }),
    /metric of dense0: the table must have a row for dense or for how dense0\/w acts as affine \(it has: batchNorm\), got none; add one/,
  );
  const image = defModule({
    name: "image",
    options: (inner: Module) => inner,
    children: (inner) => [inner],
    apply: (_, x, { options, call }) => {
      const [n = 0, a = 0, b = 0] = x.shape;
      if (x.shape.length !== 3) throw new Error("images only");
      return call(options, reshape(x, [n, a * b]));
    },
  });
  const whole = image(dense(6, 2));
  t.throws(
    () => explain(whole, { batchSize: 5 }),
    /explain: the shape of a sample must be known, got a model that takes no rows .* pass it: \{ inputs: \[784\] \}/,
  );
  const { rows } = explain(whole, { batchSize: 5, inputs: [2, 3] });
  t.deepEqual([rows[0]?.path, rows[0]?.d], ["dense0", 7]);
  t.end();
});

test("explain: with a backend the text ends with what runs where", async (t) => {
  const backend = await reference();
  const text = explain(model, { ...standard, backend }).toString();
  const float = backend.floats[0];
  t.equal(float, "f64", "bytes are those of the backend's first float");
  t.equal(text, `${explain(model, { ...standard, float: "f64" })}\n${backend.describe()}`);
  await backend.close();
  const single = { floats: ["f32"], describe: () => "f32 alone" } as const;
  t.throws(
    () => explain(model, { ...standard, solvePrecision: "f64", backend: single }),
    /explain: solvePrecision "f64" needs a backend that has these floats, got one of f32 only; use the cpu backend/,
  );
  t.throws(
    () => explain(model, { ...standard, backend: reference() as never }),
    /^MetricError: explain: backend must be a backend, .*; pass what await cpu\(\)/,
  );
});

test("explain: the rows of one module are told apart by their parameters", (t) => {
  const lifted = defModule({
    name: "lifted",
    params: { w: param([2, 3], zeros), v: param([3, 1], zeros) },
    apply: ({ w, v }, x: Node) => matmul(tanh(matmul(x, w)), v),
  });
  const lines = String(explain(sequential(lifted(), dense(1, 1)), { batchSize: 5 })).split("\n");
  t.deepEqual(
    lines.slice(1, 4).map((line) => line.split(/\s/)[0]),
    ["lifted0/w", "lifted0/v", "dense0"],
  );
  t.end();
});
