import {
  add,
  augment,
  broadcastTo,
  concat,
  constant,
  cos,
  exp,
  expandDims,
  eye,
  fill,
  gram,
  matmul,
  mul,
  type Node,
  neg,
  reshape,
  sin,
  slice,
  softmax,
  square,
  sub,
} from "@metrigrad/graph";
import {
  checkMetric,
  defMetric,
  denseBlock,
  linearRows,
  plain,
  poissonRow,
  sharedGram,
  softmaxGram,
  tanhRow,
  unitGram,
} from "@metrigrad/metric";
import {
  batchNorm,
  categorical,
  defModule,
  dense,
  gaussian,
  gaussianWithScale,
  glorotUniform,
  type Module,
  param,
  sequential,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";
import { rejects } from "../support/rejects.ts";

const sineUnit = defModule({
  name: "sineUnit",
  params: { w: param([4, 2], glorotUniform) },
  apply: ({ w }, x) => {
    const t = matmul(augment(x), w);
    return { response: sin(t), preActivation: t };
  },
});

/** The sine unit's metric, times a factor. */
function sineMetric(factor = 1) {
  return defMetric(sineUnit, {
    law: gaussian({ sigma: 1 }),
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: unitGram(reference, mul(square(cos(preActivation)), factor)) },
    ],
  });
}

test("checkMetric: a new kind of module, with nothing else said", async (t) => {
  const report = await checkMetric(sineMetric(), { samples: 200 });
  t.ok(report.passed, String(report));
  const names = report.checks.map(({ name }) =>
    name.replace(/^sineUnit, unitGram, gaussian\(1\): /, ""),
  );
  t.deepEqual(names, [
    "symmetric and psd",
    "law by Gauss–Hermite quadrature",
    "E[score score'] by Gauss–Hermite quadrature",
    "linear reparametrisation Λ = AΘ",
    "KL divergence by Gauss–Hermite quadrature",
    "J'F_rJ by automatic differentiation",
    "E[score score'] by sampling",
    "operations",
    "affine maps of the input",
  ]);
  t.match(
    String(report),
    /^checkMetric sineUnit: all 9 checks passed\n {2}ok {3}sineUnit, unitGram/,
  );
});

test("checkMetric: says what is off, and by how much", async (t) => {
  const report = await checkMetric(sineMetric(1.1), { samples: 0 });
  t.notOk(report.passed);
  const off = report.checks.filter(({ passed }) => !passed);
  t.deepEqual(
    off.map(({ name }) => name.split(": ")[1]),
    [
      "E[score score'] by Gauss–Hermite quadrature",
      "linear reparametrisation Λ = AΘ",
      "KL divergence by Gauss–Hermite quadrature",
      "J'F_rJ by automatic differentiation",
    ],
  );
  t.match(
    off[0]?.detail ?? "",
    /largest error 1\.0e-1 \(limit 1e-6\); all of it is 1\.100 times what it must be/,
  );
  t.match(off[2]?.detail ?? "", /δ'gδ is 1\.100 times 2KL\/ε²/);
  t.match(
    String(report),
    /^checkMetric sineUnit: 4 of 8 checks are off\n {2}OFF .*\n {2}OFF .*\n {2}OFF .*\n {2}OFF .*\n {2}ok /,
    "those that are off come first",
  );
});

test("checkMetric: a response of dependent units has no metric unit by unit", async (t) => {
  // The soft-max's diag η − ηη' is not block diagonal; its own law shows that.
  const wrong = defMetric(dense, {
    law: categorical(),
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: unitGram(reference, exp(neg(square(preActivation)))) },
    ],
  });
  const { passed, checks } = await checkMetric(wrong, {
    module: dense(2, 2),
    samples: 200,
  });
  t.notOk(passed);
  t.ok(
    checks.some((check) => check.name.endsWith("by enumeration") && !check.passed),
    "by enumeration",
  );
  t.ok(
    checks.some((check) => check.name.endsWith("by sampling") && !check.passed),
    "by sampling",
  );
});

test("checkMetric: says that units depend on one another, or which entry is wrong", async (t) => {
  const eta = (h: Node) => softmax(h, { axis: 1 });
  const alone = defMetric(dense, {
    law: categorical(),
    block: ({ params, reference, preActivation }) => {
      const p = eta(preActivation);
      return [{ params: [params.w], block: unitGram(reference, mul(p, sub(1, p))) }];
    },
  });
  const split = await checkMetric(alone, { module: dense(2, 2), samples: 0 });
  t.match(
    String(split),
    /by enumeration: largest error \S+ \(limit 1e-6\); only entries between units are off: \(w\[\d, \d\], w\[\d, \d\]\) is 0, must be -/,
  );
  const skewed = defMetric(dense, {
    block: ({ params, reference, preActivation }) => {
      const x = augment(reference);
      const [n = 1, d = 1] = x.shape;
      const bump = constant(
        tensor([
          [0, 0, 0],
          [0, 0.5, 0],
          [0, 0, 0],
        ]),
      );
      const matrices = reshape(add(gram(x, { alpha: 1 / n }), bump), [1, d, d]);
      return [
        { params: [params.w], block: denseBlock(matrices, preActivation.shape[1] as number) },
      ];
    },
  });
  const bumped = await checkMetric(skewed, { module: dense(2, 1), samples: 0 });
  t.match(String(bumped), /worst entry: \(w\[1, 0\], w\[1, 0\]\) is (\S+), must be \S+/);
  t.match(
    String(bumped),
    /OFF {2}dense, dense, gaussian\(1\): affine maps of the input: covariance .* broken by/,
    "what is added to a metric depends on the coordinates of the input",
  );
});

test("T1 checkMetric: the soft-max layer, one matrix over all of its columns", async (t) => {
  const rowsOf = (factor: number) =>
    defMetric(dense, {
      law: categorical(),
      block: ({ params, reference, preActivation }) => [
        {
          params: [params.w],
          block: softmaxGram(reference, softmax(mul(preActivation, factor), { axis: 1 }), {
            outputs: preActivation,
          }),
        },
      ],
    });
  const report = await checkMetric(rowsOf(1), { module: dense(2, 3), samples: 200 });
  t.ok(report.passed, String(report));
  t.deepEqual(
    report.checks.map(({ name }) => name.split(": ")[1]),
    [
      "symmetric and psd",
      "law by enumeration",
      "E[score score'] by enumeration",
      "linear reparametrisation Λ = AΘ",
      "KL divergence by enumeration",
      "J'F_rJ by automatic differentiation",
      "E[score score'] by sampling",
      "operations",
      "affine maps of the input",
    ],
  );
  const wrong = await checkMetric(rowsOf(1.01), { module: dense(2, 3), samples: 0 });
  t.match(String(wrong), /4 of 8 checks are off\n.*worst entry: \(w\[\d, \d\], w\[\d, \d\]\) is /);
});

test("checkMetric: what is no metric is refused", async (t) => {
  for (const odd of [undefined, null, {}, dense])
    await rejects(
      t,
      checkMetric(odd as unknown as ReturnType<typeof plain>),
      /checkMetric: it must be a metric or a row of neurons, got .*; pass what defMetric/s,
    );
});

test("checkMetric: automatic differentiation sees what differences cannot, and a law that is off", async (t) => {
  const lines = async (metric: Parameters<typeof checkMetric>[0]) => {
    const { checks } = await checkMetric(metric, { samples: 0 });
    const off = checks.filter(({ passed }) => !passed);
    return off.map(({ name, detail }) => `${name.split(": ")[1]}: ${detail}`);
  };
  const [only = "", ...others] = await lines(sineMetric(1 + 1e-7));
  t.match(
    only,
    /^J'F_rJ by automatic differentiation: .*all of it is 1\.0000001\d* times what it must be/,
  );
  t.deepEqual(others, []);
  // The formula is right by its own draws, the law's Fisher information is not.
  const law = gaussian();
  const odd = { ...law, fisherRoot: (h: Node) => mul(law.fisherRoot(h), 1.01) };
  const metric = defMetric(sineUnit, {
    law: odd,
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: unitGram(reference, square(cos(preActivation))) },
    ],
  });
  const [line = "", ...rest] = await lines(metric);
  t.match(line, /^J'F_rJ by automatic differentiation: .*all of it is 0\.98/);
  t.deepEqual(rest, []);
});

test("checkMetric: a block of several parameters", async (t) => {
  // h_i = a_i x + b_i with one matrix over (a, b).
  const line = defModule({
    name: "line",
    params: { a: param([2], glorotUniform), b: param([2], glorotUniform) },
    apply: ({ a, b }, x) => add(mul(x, a), b),
  });
  const lineMetric = (factor: number) =>
    defMetric(line, {
      block: ({ params, reference }) => {
        const units = eye(2);
        const n = reference.shape[0] as number;
        // ∂h_i/∂(a, b) of every row, [n·2, 4].
        const ofA = mul(expandDims(reference, 2), expandDims(units, 0));
        const ofB = broadcastTo(expandDims(units, 0), [n, 2, 2]);
        const rows = reshape(concat([ofA, ofB], 2), [2 * n, 4]);
        const matrices = reshape(gram(rows, { alpha: factor / n }), [1, 4, 4]);
        return [{ params: [params.a, params.b], block: denseBlock(matrices, 1) }];
      },
    });
  const inputs = asTensor(matrixOf("line", 5, 1));
  const right = await checkMetric(lineMetric(1), { inputs, samples: 200 });
  t.ok(right.passed, String(right));
  t.deepEqual(
    right.checks.map(({ name }) => name.split(": ")[1]),
    [
      "symmetric and psd",
      "law by Gauss–Hermite quadrature",
      "E[score score'] by Gauss–Hermite quadrature",
      "linear reparametrisation Λ = AΘ",
      "KL divergence by Gauss–Hermite quadrature",
      "J'F_rJ by automatic differentiation",
      "E[score score'] by sampling",
      "operations",
    ],
  );
  const wrong = await checkMetric(lineMetric(0.99), { inputs, samples: 0 });
  t.match(String(wrong), /all of it is 0\.9900 times what it must be/);
});

test("checkMetric: independent responses of one block add up", async (t) => {
  const twice = (second: number) =>
    defMetric(dense, {
      block: ({ params, reference, preActivation }) => [
        {
          params: [params.w],
          block: sharedGram(reference, 2, { weight: 1 + second }),
          responses: () => [
            { law: gaussian(), natural: preActivation },
            { law: gaussian({ sigma: 0.5 }), natural: preActivation },
          ],
        },
      ],
    });
  const right = await checkMetric(twice(4), { module: dense(2, 2), samples: 200 });
  t.ok(right.passed, String(right));
  t.match(String(right), /sharedGram, gaussian\(1\) and gaussian\(0\.5\):/);
  t.notOk((await checkMetric(twice(3), { module: dense(2, 2), samples: 0 })).passed);
});

test("checkMetric: a module that uses its parameters twice is refused", async (t) => {
  const shared = dense(2, 2);
  await rejects(
    t,
    checkMetric(linearRows(dense), { module: sequential(shared, shared) }),
    /checkMetric of dense0: the metric must be checked on one use of its parameters, got 2 uses; pass/,
  );
});

test("checkMetric: covariance under maps of the input is asked of what acts through X̃W only", async (t) => {
  const names = async (metric: Parameters<typeof checkMetric>[0]) =>
    (await checkMetric(metric, { samples: 0 })).checks.map(({ name }) => name.split(": ")[1]);
  const plainRows = defModule({
    name: "rows",
    params: { w: param([2, 2], glorotUniform) },
    apply: ({ w }, x) => matmul(x, w),
  });
  const linear = defMetric(plainRows, {
    block: ({ params, reference }) => [
      { params: [params.w], block: sharedGram(reference, 2, { bias: false }) },
    ],
    example: () => plainRows(),
  });
  t.ok((await names(linear)).includes("linear maps of the input"), "without a bias");
  const bent = defModule({
    name: "bent",
    params: { w: param([2, 2], glorotUniform) },
    apply: ({ w }, x) => matmul(square(x), w),
  });
  const squared = defMetric(bent, {
    block: ({ params, reference }) => [
      { params: [params.w], block: sharedGram(square(reference), 2, { bias: false }) },
    ],
    example: () => bent(),
  });
  t.notOk((await names(squared)).some((name) => name?.endsWith("maps of the input")));
});

test("checkMetric: dense blocks, an explicit law, inputs and parameters", async (t) => {
  const metric = defMetric(dense, {
    block: ({ params, reference, preActivation }) => {
      const x = augment(reference);
      const [n = 1, d = 1] = x.shape;
      const m = preActivation.shape[1] as number;
      const matrices = reshape(gram(x, { alpha: 4 / n }), [1, d, d]);
      return [{ params: [params.w], block: denseBlock(matrices, m) }];
    },
  });
  const settings = {
    module: dense(2, 2),
    law: gaussian({ sigma: 0.5 }),
    inputs: asTensor(matrixOf("inputs", 4, 2)),
    parameters: { w: asTensor(matrixOf("w", 3, 2)) },
    samples: 500,
    seed: 5,
  };
  const report = await checkMetric(metric, settings);
  t.ok(report.passed, String(report));
  t.match(String(report), /500 draws of 4 rows, seed 5/);
  t.notOk(
    (await checkMetric(metric, { ...settings, law: gaussian(), samples: 0 })).passed,
    "another σ",
  );
});

test("checkMetric: with too many responses for quadrature, by the law's own Fisher information", async (t) => {
  const many = linearRows(dense);
  const report = await checkMetric(many, { module: dense(1, 4), samples: 200 });
  t.ok(report.passed, String(report));
  t.deepEqual(
    report.checks.map(({ name }) => name.split(": ")[1]),
    [
      "symmetric and psd",
      "E[score score'] by the law's Fisher information",
      "linear reparametrisation Λ = AΘ",
      "KL divergence by the law's Fisher information",
      "J'F_rJ by automatic differentiation",
      "E[score score'] by sampling",
      "operations",
      "affine maps of the input",
    ],
  );
  const wrong = linearRows(dense, { sigma: 1.001 });
  const off = await checkMetric(
    { ...wrong, responseModel: many.responseModel },
    { module: dense(1, 4), samples: 0 },
  );
  t.deepEqual(
    off.checks.filter(({ passed }) => !passed).map(({ name }) => name.split(": ")[1]),
    [
      "E[score score'] by the law's Fisher information",
      "linear reparametrisation Λ = AΘ",
      "KL divergence by the law's Fisher information",
      "J'F_rJ by automatic differentiation",
    ],
    "rings on σ 0.1 % off",
  );
});

test("checkMetric: counts are enumerated up to a tail", async (t) => {
  const counter = dense(2, 1, { activation: exp });
  const report = await checkMetric(poissonRow(), { module: counter, samples: 200 });
  t.ok(report.passed, String(report));
  t.ok(report.checks.some(({ name }) => name.endsWith("E[score score'] by enumeration of counts")));
  const wrong = { ...poissonRow(), nu: (at: Node) => mul(exp(at), 1.001) };
  t.notOk(
    (await checkMetric(wrong, { module: counter, samples: 0 })).passed,
    "and ring on a formula 0.1 % off",
  );
});

test("T1 checkMetric: a Gaussian layer of unknown scale, diag(e^(−2s), 2) in (μ, s)", async (t) => {
  const metric = (ofScales: number) =>
    defMetric(dense, {
      law: gaussianWithScale(),
      block: ({ params, reference, preActivation }) => {
        const s = slice(preActivation, [null, [1, 2]]);
        const nu = concat([exp(mul(s, -2)), fill(s.shape, ofScales)], 1);
        return [{ params: [params.w], block: unitGram(reference, nu) }];
      },
      example: () => dense(2, 2),
    });
  const report = await checkMetric(metric(2), { samples: 200 });
  t.ok(report.passed, String(report));
  t.ok(
    report.checks.some(({ name }) => name.endsWith("E[score score'] by Gauss–Hermite quadrature")),
  );
  const wrong = await checkMetric(metric(1.99), { samples: 0 });
  t.notOk(wrong.passed, "and rings on 1.99 instead of 2");
});

test("checkMetric: kinds that take sizes are made with small ones, or by the metric's example", async (t) => {
  const sized = defModule({
    name: "sized",
    options: (inputs: number, outputs: number) => ({ inputs, outputs }),
    params: ({ inputs, outputs }) => ({ w: param([inputs, outputs], glorotUniform) }),
    apply: ({ w }, x) => matmul(x, w),
  });
  const of = (example?: () => readonly Module[]) =>
    defMetric(sized, {
      block: ({ params, reference, response }) => {
        const m = response.shape[1] as number;
        return [{ params: [params.w], block: sharedGram(reference, m, { bias: false }) }];
      },
      ...(example === undefined ? {} : { example }),
    });
  const guessed = await checkMetric(of(), { samples: 0 });
  t.ok(guessed.passed, String(guessed));
  const shown = of(() => [sized(3, 1), sized(1, 2)]);
  const report = await checkMetric(shown, { samples: 0 });
  t.ok(report.passed);
  t.match(String(report), /example 1, sized, sharedGram[\s\S]*example 2, sized/);
});

test("checkMetric: where no module can be made it says what to pass", async (t) => {
  const odd = defModule({
    name: "odd",
    options: (settings: { readonly shape: readonly number[] }) => settings.shape,
    params: (shape) => ({ w: param(shape, glorotUniform) }),
    apply: ({ w }, x) => matmul(x, w),
  });
  const metric = defMetric(odd, { block: () => [] });
  await rejects(
    t,
    checkMetric(metric),
    /checkMetric of odd: there must be a small module to check it on, got none that odd\(\) or odd\(2, 2\) or odd\(2\) or .* makes; pass \{ module: odd\(…\), inputs \}, or give the metric `example/,
  );
  await rejects(
    t,
    checkMetric(plain(batchNorm), { module: batchNorm(2), inputs: tensor([[1, 2]]) }),
    /checkMetric of batchNorm: the module must have a block of this metric, got none; pass a module of the kind/,
  );
});

test("checkMetric: parameters that the module does not have are refused", async (t) => {
  await rejects(
    t,
    checkMetric(sineMetric(), { parameters: { v: asTensor(matrixOf("v", 4, 3)) } }),
    /checkMetric, parameters: names must be of the module's variables \(w\), got v; correct the name/,
  );
});

test("checkMetric: seeds change the draws, not the verdict", async (t) => {
  const reports = await Promise.all(
    [11, 12, 13].map((seed) => checkMetric(tanhRow(), { seed, samples: 100 })),
  );
  t.ok(reports.every(({ passed }) => passed));
  t.equal(new Set(reports.map(String)).size, 3);
});
