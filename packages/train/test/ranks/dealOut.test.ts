import {
  add,
  cholesky,
  choleskyShift,
  choleskySolve,
  compile,
  double,
  eye,
  gram,
  input,
  matmul,
  mean,
  meanOverRanks,
  mul,
  type Node,
  relu,
  single,
  sub,
  sum,
  topological,
  triangularSolve,
  variable,
} from "@metrigrad/graph";
import { kfacMetrics, paperMetrics } from "@metrigrad/metric";
import { batchNorm, categorical, dense, sequential } from "@metrigrad/nn";
import { groups, muon, type Optimizer, rngd, sgd, shampoo, soap } from "@metrigrad/optim";
import { type Network, reference, type Store, sizeOf, type Tensor } from "@metrigrad/tensor";
import test from "tape";
import { fit } from "../../src/index.ts";
import { dealOut } from "../../src/ranks/dealOut.ts";
import { isExchanged } from "../../src/ranks/levels.ts";
import { regionsOf } from "../../src/ranks/regions.ts";
import { toyData } from "../toy.ts";
import { localRanks } from "./localRanks.ts";

/** Exchanges take no time, so all work is dealt out. */
const instant: Network = { latency: 0, bandwidth: Number.POSITIVE_INFINITY };

/** The solve of a block of order d from rows of this rank, as an optimizer makes it. */
function solved(name: string, d: number, m: number, ranks = { rank: 0, size: 2 }) {
  const g = meanOverRanks(gram(input(`${name}x`, [2 * d, d])), ranks);
  const l = cholesky(g, { shift: 1 });
  const v = meanOverRanks(input(`${name}v`, [d, m]), ranks);
  return { solution: choleskySolve(l, v), shift: choleskyShift(l) };
}

test("regions are the solves of blocks, each with the results that others read", (t) => {
  const [a, b] = [solved("a", 40, 5), solved("b", 30, 4)];
  const length = sum(mul(a.solution, a.solution));
  const roots = [mul(a.solution, length), mul(b.solution, length), a.shift];
  const regions = regionsOf(roots, topological(roots));
  t.deepEqual(
    regions.map(({ results }) => results),
    [[a.shift, a.solution], [b.solution]].map((list) =>
      topological(roots).filter((node) => list.includes(node)),
    ),
  );
  const work = (d: number, m: number) => d ** 3 / 6 + d * d * m;
  regions.forEach((one, at) => {
    const [d = 0, m = 0] = [
      [40, 5],
      [30, 4],
    ][at] as number[];
    t.ok(Math.abs(one.work / work(d, m) - 1) < 1e-12, `${one.work} multiply-adds`);
  });
  t.end();
});

const givenBy = (roots: readonly Node[]) =>
  topological(roots)
    .filter(isExchanged)
    .flatMap(({ attrs }) => (typeof attrs.by === "number" ? [attrs.by] : []));

test("the largest region goes to a rank of its own, if that saves more than the exchange takes", (t) => {
  const ranks = { rank: 0, size: 2 };
  const solutions = [40, 30, 30].map((d, at) => solved(`s${at}`, d, 2, ranks).solution);
  const whole = { outputs: solutions, updates: [] };
  t.deepEqual(givenBy(dealOut(whole, ranks, instant).outputs), [0, 1, 1]);
  const slow: Network = { latency: 1, bandwidth: 1e9 };
  t.equal(dealOut(whole, ranks, slow), whole, "a slow network is not worth it");
  const narrow: Network = { latency: 0, bandwidth: 1 };
  t.equal(dealOut(whole, ranks, narrow), whole, "nor is a narrow one");
  const one = { rank: 0, size: 1 };
  t.equal(dealOut(whole, one, instant), whole);
  t.end();
});

test("independent matrices are shared out by their first axis, with equal values", async (t) => {
  const ranks = { rank: 0, size: 3 };
  const x = variable("x", [7, 6, 5], { role: "data", init: () => pattern(7 * 6 * 5) });
  const l = cholesky(gram(x), { shift: 0.5 });
  const inverse = gram(triangularSolve(l, mul(eye(5), 1)));
  const whole = { outputs: [inverse, choleskyShift(l)], updates: [] };
  // Data of this rank are no values of all ranks; the same graph on a parameter is.
  t.equal(dealOut(whole, ranks, instant), whole);
  const w = variable("w", [7, 6, 5], { role: "parameter", init: () => pattern(7 * 6 * 5) });
  const lw = cholesky(gram(w), { shift: 0.5 });
  const own = gram(triangularSolve(lw, mul(eye(5), 1)));
  const all = { outputs: [own, choleskyShift(lw)], updates: [] };
  const dealt = dealOut(all, ranks, instant);
  t.deepEqual([...new Set(givenBy(dealt.outputs))].sort(), [0, 1, 2]);
  // Each given value has its own source as its input, so the parts can be compared with the whole.
  const parts = topological(dealt.outputs).filter(isExchanged);
  const sources = parts.map(({ inputs }) => inputs[0] as Node);
  const backend = await reference();
  const store = await backend.store([{ path: "w", spec: w.attrs }]);
  const values = await read(store, [...all.outputs, ...sources]);
  const [whole3 = [], shifts = [], ...pieces] = values.map((one) => [...one.data()]);
  const ofShape = (rank: number) =>
    sources.flatMap(({ shape }, at) => (shape.length === rank ? (pieces[at] as number[]) : []));
  t.deepEqual(ofShape(3), whole3);
  t.deepEqual(ofShape(1), shifts);
});

const stackOf = (name: string, shape: readonly number[]) =>
  variable(name, shape, { role: "parameter", init: () => pattern(sizeOf(shape)) });

/** Graphs on which matrices are not independent, or have a first axis of the same length by chance. */
const mixed: Readonly<Record<string, () => Node>> = {
  "a shift that follows from all matrices": () => {
    const g = gram(stackOf("a", [8, 9, 9]));
    return cholesky(g, { shift: mul(0.1, mean(g)) });
  },
  "a matrix that follows from all of them": () => {
    const a = add(stackOf("a", [8, 7, 7]), 0);
    return matmul(mean(a, { axis: 0 }), gram(a));
  },
  "operands that broadcast": () => matmul(stackOf("a", [8, 1, 9, 9]), stackOf("b", [8, 9, 9])),
  "a shift for each of two stacks": () =>
    cholesky(gram(stackOf("a", [2, 2, 20, 9])), { shift: stackOf("s", [2]) }),
};
for (const [name, make] of Object.entries(mixed)) {
  test(`what is not a stack of independent matrices is dealt out as a whole: ${name}`, (t) => {
    // A rank that had the only region would spare the others nothing.
    const [result, other] = [make(), solved("other", 60, 5).solution];
    const whole = { outputs: [result, other], updates: [] };
    const { outputs } = dealOut(whole, { rank: 0, size: 2 }, instant);
    t.deepEqual(givenBy(outputs).sort(), [0, 1]);
    t.deepEqual(outputs[0]?.shape, result.shape);
    t.end();
  });
}

test("values of 64 bits are given as the floats of the store that follow from them", (t) => {
  const l = cholesky(gram(double(stackOf("a", [30, 12]))), { shift: 0.1 });
  const narrow = single(mul(sub(l, 1), 2));
  const other = solved("other", 60, 5).solution;
  const whole = { outputs: [narrow, other], updates: [] };
  const { outputs } = dealOut(whole, { rank: 0, size: 2 }, instant);
  t.deepEqual(givenBy(outputs).sort(), [0, 1]);
  t.equal(outputs[0]?.inputs[0]?.op.name, "single");
  const asked = { outputs: [l, other], updates: [] };
  t.equal(dealOut(asked, { rank: 0, size: 2 }, instant), asked, "a wide value is never given");
  t.end();
});

function pattern(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => Math.sin(at * 1.7) + 0.1 * (at % 5));
}

async function read(store: Store, outputs: readonly Node[]): Promise<Tensor[]> {
  const program = await compile({ outputs }, store);
  const handles = await program.run({});
  return Promise.all(handles.map((handle) => handle.read()));
}

/** A network with a metric for each of 16 units, which are shared out. */
const model = () => sequential(dense(2, 16, { activation: relu }), batchNorm(16), dense(16, 3));

const cases: readonly (readonly [string, () => Optimizer])[] = [
  ["rngd", () => rngd()],
  ["rngd with adapted damping", () => rngd({ adapt: {}, over: { every: 2 } })],
  ["rngd in 64 bits", () => rngd({ solvePrecision: "f64" })],
  ["rngd.paper", () => rngd.paper({ over: { average: 0.9, every: 3 } })],
  ["a metric for each unit", () => rngd({ metrics: paperMetrics, relative: 1e-2 })],
  ["K-FAC", () => rngd({ metrics: kfacMetrics(), relative: 0.1, learningRate: 0.05 })],
  ["shampoo", () => shampoo()],
  ["soap", () => soap()],
  [
    "muon",
    () => groups([[(path) => path.endsWith("/w"), muon()] as const, [() => true, sgd()] as const]),
  ],
];
for (const [name, optimizer] of cases) {
  test(`${name}: dealt out work gives the same bits as work that each rank does`, async (t) => {
    const runs = async (network: Network) => {
      const ranks = localRanks(3).map((one) => ({ ...one, network }));
      return Promise.all(
        ranks.map(async (distributed) => {
          const run = fit(model(), {
            data: toyData(),
            likelihood: categorical(),
            optimizer: optimizer(),
            batchSize: 6,
            epochs: 2,
            seed: 7,
            backend: reference,
            distributed,
          });
          await run.finish();
          const values: number[] = [];
          for (const { path, spec } of run.store.variables) {
            if (spec.role !== "data") values.push(...(await run.store.read(path)).data());
          }
          const exchanges = run.profile().find(({ kind }) => kind === "exchange")?.count;
          await run.close();
          return { values, exchanges: exchanges as number };
        }),
      );
    };
    const dealt = await runs(instant);
    const alike = await runs({ latency: Number.POSITIVE_INFINITY, bandwidth: 1e9 });
    for (const one of dealt) t.deepEqual(one.values, (alike[0] as typeof one).values);
    const counts = [dealt, alike].map(([first]) => first?.exchanges as number);
    t.ok((counts[0] as number) > (counts[1] as number), `${counts.join(" and ")} exchanges`);
  });
}
