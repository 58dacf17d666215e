/** What is wrong with a metric is found and said; what is right passes. */
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
  type MetricReport,
  poissonRow,
  sharedGram,
  softmaxGram,
  tanhRow,
  unitGram,
} from "@metrigrad/metric";
import {
  categorical,
  defModule,
  dense,
  gaussian,
  gaussianWithScale,
  glorotUniform,
  param,
  type RowLaw,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";

/** h = sin(X̃w) of one unit, whose law is integrated over one number. */
const sineUnit = defModule({
  name: "sineUnit",
  params: { w: param([4, 1], glorotUniform) },
  apply: ({ w }, x) => {
    const t = matmul(augment(x), w);
    return { response: sin(t), preActivation: t };
  },
});

/** The sine unit's metric, times a factor, under a law. */
function sineMetric(factor = 1, law: RowLaw = gaussian()) {
  return defMetric(sineUnit, {
    response: law,
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: unitGram(reference, mul(square(cos(preActivation)), factor)) },
    ],
  });
}

/** Names of the checks that are off, from the block's or the law's name on. */
function offOf({ checks }: MetricReport): string[] {
  const off = checks.filter(({ passed }) => !passed);
  return off.map(({ name }) => name.replace(/^(law )?.*?: /, "$1"));
}

const wrongMetric = [
  "E[score score'] = J'F_rJ by finite differences",
  "J'F_rJ by automatic differentiation",
  "KL(p_θ ‖ p_θ+εδ) = ½ε²δ'gδ",
];

test("checkMetric: a new kind of module, with nothing else said", async (t) => {
  const report = await checkMetric(sineMetric());
  t.ok(report.passed, String(report));
  t.deepEqual(
    report.checks.map(({ name }) => name),
    [
      "law gaussian(1): probabilities add up to 1 by quadrature",
      "law gaussian(1): E[score] = 0 by quadrature",
      "law gaussian(1): fisher = E[score score'] by quadrature",
      "law gaussian(1): fisherRoot = E[score score'] by quadrature",
      "law gaussian(1): fisherDiagonal = E[score score'] by quadrature",
      "law gaussian(1): kl = E[ln p − ln p'] by quadrature",
      "law gaussian(1): predict is the most probable response, quadrature",
      "sineUnit, unitGram, gaussian(1): symmetric and psd",
      ...wrongMetric.map((name) => `sineUnit, unitGram, gaussian(1): ${name}`),
      "sineUnit, unitGram, gaussian(1): operations",
    ],
  );
  t.match(String(report), /^checkMetric sineUnit: all 12 checks passed\n {2}ok {3}law gaussian/);
});

test("checkMetric: says what is off, and by how much", async (t) => {
  const report = await checkMetric(sineMetric(1.1));
  t.deepEqual(offOf(report), wrongMetric);
  t.match(
    String(report),
    /differences: largest error 1\.0e-1 \(limit 1e-6\); all of it is 1\.100 times what it must be/,
  );
  t.match(String(report), /off δ'gδ by 1\.0e-1 \(limit 1e-5\); δ'gδ is 1\.100 times 2KL\/ε²/);
  t.match(
    String(report),
    /^checkMetric sineUnit: 3 of 12 checks are off\n {2}OFF .*\n {2}OFF .*\n {2}OFF .*\n {2}ok /,
    "those that are off come first",
  );
});

test("checkMetric: a law with a wrong Fisher information fails, whatever the formula", async (t) => {
  const right = gaussian();
  const odd: RowLaw = {
    ...right,
    fisher: (h) => mul(right.fisher(h), 1.1),
    fisherRoot: (h) => mul(right.fisherRoot(h), Math.sqrt(1.1)),
    fisherDiagonal: 1.1,
  };
  for (const factor of [1, 1.1]) {
    const report = await checkMetric(sineMetric(factor, odd));
    t.deepEqual(
      offOf(report),
      ["fisher", "fisherRoot", "fisherDiagonal"].map(
        (name) => `law ${name} = E[score score'] by quadrature`,
      ),
    );
    t.notOk(
      report.checks.some(({ name }) => name.includes("J'F_rJ")),
      "nothing is compared with its information",
    );
  }
  // By draws, where there are too many responses to integrate over.
  const wide = defMetric(dense, {
    response: odd,
    block: ({ params, reference }) => [
      { params: [params.w], block: sharedGram(reference, 3, { weight: 1.1 }) },
    ],
  });
  const report = await checkMetric(wide, { module: dense(1, 3) });
  t.ok(offOf(report).includes("law sample: E[score score'] = fisher"));
});

test("checkMetric: a root that does not belong to its law is found", async (t) => {
  const law = categorical();
  const odd: RowLaw = { ...law, fisherRoot: (h) => mul(law.fisherRoot(h), 1.01) };
  const metric = defMetric(dense, {
    response: odd,
    block: ({ params, reference, preActivation }) => [
      { params: [params.w], block: softmaxGram(reference, softmax(preActivation, { axis: 1 })) },
    ],
  });
  const report = await checkMetric(metric, { module: dense(2, 3) });
  t.deepEqual(offOf(report), ["law fisherRoot = E[score score'] by enumeration"]);
});

test("checkMetric: automatic differentiation sees what differences cannot", async (t) => {
  const report = await checkMetric(sineMetric(1 + 1e-7));
  t.deepEqual(offOf(report), ["J'F_rJ by automatic differentiation"]);
  t.match(String(report), /all of it is 1\.0000001\d* times what it must be/);
});

test("checkMetric: says that units depend on one another, or which entry is wrong", async (t) => {
  const alone = defMetric(dense, {
    response: categorical(),
    block: ({ params, reference, preActivation }) => {
      const p = softmax(preActivation, { axis: 1 });
      return [{ params: [params.w], block: unitGram(reference, mul(p, sub(1, p))) }];
    },
  });
  t.match(
    String(await checkMetric(alone, { module: dense(2, 2) })),
    /largest error \S+ \(limit 1e-6\); only entries between units are off: \(w\[\d, \d\], w\[\d, \d\]\) is 0, must be -/,
  );
  const bump = constant(
    tensor([
      [0, 0, 0],
      [0, 0.5, 0],
      [0, 0, 0],
    ]),
  );
  const skewed = defMetric(dense, {
    block: ({ params, reference, response }) => {
      const x = augment(reference);
      const [n = 1, d = 1] = x.shape;
      const matrices = reshape(add(gram(x, { alpha: 1 / n }), bump), [1, d, d]);
      return [{ params: [params.w], block: denseBlock(matrices, response.shape[1] as number) }];
    },
  });
  t.match(
    String(await checkMetric(skewed, { module: dense(2, 1) })),
    /worst entry: \(w\[1, 0\], w\[1, 0\]\) is (\S+), must be \S+/,
  );
});

test("T1 checkMetric: the soft-max layer, one matrix over all of its columns", async (t) => {
  const rowsOf = (factor: number) =>
    defMetric(dense, {
      response: categorical(),
      block: ({ params, reference, preActivation }) => {
        const eta = softmax(mul(preActivation, factor), { axis: 1 });
        const block = softmaxGram(reference, eta, { outputs: preActivation });
        return [{ params: [params.w], block }];
      },
    });
  const report = await checkMetric(rowsOf(1), { module: dense(2, 3) });
  t.ok(report.passed, String(report));
  const wrong = await checkMetric(rowsOf(1.01), { module: dense(2, 3) });
  t.match(String(wrong), /3 of 12 checks are off\n.*worst entry: \(w\[\d, \d\], w\[\d, \d\]\) is /);
});

test("checkMetric: a block of several parameters", async (t) => {
  // h_i = a_i x + b_i with one matrix over (a, b).
  const line = defModule({
    name: "line",
    params: { a: param([2], glorotUniform), b: param([2], glorotUniform) },
    apply: ({ a, b }, x: Node) => add(mul(x, a), b),
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
  const right = await checkMetric(lineMetric(1), { inputs });
  t.ok(right.passed, String(right));
  const wrong = await checkMetric(lineMetric(0.99), { inputs });
  t.match(String(wrong), /all of it is 0\.9900 times what it must be/);
});

test("checkMetric: independent responses of one block add up", async (t) => {
  const twice = (second: number) =>
    defMetric(dense, {
      block: ({ params, reference, preActivation }) => [
        {
          params: [params.w],
          block: sharedGram(reference, 1, { weight: 1 + second }),
          responses: () => [
            { law: gaussian(), natural: preActivation, weights: null },
            { law: gaussian({ sigma: 0.5 }), natural: preActivation, weights: null },
          ],
        },
      ],
    });
  const right = await checkMetric(twice(4), { module: dense(2, 1) });
  t.ok(right.passed, String(right));
  t.match(String(right), /sharedGram, gaussian\(1\) and gaussian\(0\.5\):/);
  t.match(String(right), /law gaussian\(1\): [\s\S]*law gaussian\(0\.5\): /);
  t.notOk((await checkMetric(twice(3), { module: dense(2, 1) })).passed);
});

test("checkMetric: counts are enumerated up to a tail", async (t) => {
  const module = dense(2, 1, { activation: exp });
  const report = await checkMetric(poissonRow(), { module });
  t.ok(report.passed, String(report));
  t.match(String(report), /law poisson: fisher = E\[score score'\] by enumeration of counts/);
  const wrong = { ...poissonRow(), nu: (at: Node) => mul(exp(at), 1.001) };
  t.deepEqual(offOf(await checkMetric(wrong, { module })), wrongMetric, "a formula 0.1 % off");
});

test("T1 checkMetric: a Gaussian layer of unknown scale, diag(e^(−2s), 2) in (μ, s)", async (t) => {
  const metric = (ofScales: number) =>
    defMetric(dense, {
      response: gaussianWithScale(),
      block: ({ params, reference, preActivation }) => {
        const s = slice(preActivation, [null, [1, 2]]);
        const nu = concat([exp(mul(s, -2)), fill(s.shape, ofScales)], 1);
        return [{ params: [params.w], block: unitGram(reference, nu) }];
      },
    });
  const report = await checkMetric(metric(2));
  t.ok(report.passed, String(report));
  t.deepEqual(offOf(await checkMetric(metric(1.99))), wrongMetric, "1.99 instead of 2");
});

test("checkMetric: with too many responses to integrate over, draws judge the law", async (t) => {
  const module = dense(1, 4);
  const report = await checkMetric(linearRows(), { module });
  t.ok(report.passed, String(report));
  t.match(String(report), /law gaussian\(1\): sample: E\[score score'\] = fisher/);
  const error = await checkMetric(linearRows(), { module, samples: 0 }).catch(String);
  t.match(error as string, /got too many responses to integrate over, and no draws; leave out/);
});

test("checkMetric: an operation that is not the matrix's is found", async (t) => {
  const broken = defMetric(dense, {
    block: ({ params, reference }) => {
      const block = sharedGram(reference, 1);
      return [{ params: [params.w], block: { ...block, trace: () => mul(block.trace(), 1.01) } }];
    },
  });
  const report = await checkMetric(broken, { module: dense(2, 1) });
  t.deepEqual(offOf(report), ["operations"]);
  t.match(String(report), /operations, trace off by/);
});

test("checkMetric: seeds change the draws, not the verdict", async (t) => {
  const reports = await Promise.all([11, 12, 13].map((seed) => checkMetric(tanhRow(), { seed })));
  t.ok(reports.every(({ passed }) => passed));
  t.equal(new Set(reports.map(String)).size, 3);
});
