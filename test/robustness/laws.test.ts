/** Fisher information of responses that are nearly certain keeps its digits in float32. */
import { cpu } from "@metrigrad/cpu";
import {
  abs,
  add,
  compile,
  constant,
  exp,
  grad,
  log,
  matmul,
  mul,
  type Node,
  neg,
  square,
  sub,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  bernoulli,
  beta,
  binomial,
  categorical,
  defLaw,
  dirichlet,
  gamma,
  gaussianWithScale,
  type RowLaw as Law,
  negativeBinomial,
  poisson,
  vonMises,
} from "@metrigrad/nn";
import { type Backend, reference, tensor } from "@metrigrad/tensor";
import test from "tape";

const cases: readonly (readonly [law: Law, h: readonly (readonly number[])[]])[] = [
  [
    bernoulli(),
    [
      [0.5, 9, -9],
      [17, -17, 25],
      [60, -60, 0],
    ],
  ],
  [
    bernoulli({ values: [-1, 1] }),
    [
      [0.25, 4.5, -4.5],
      [8.5, -8.5, 12.5],
      [30, -30, 0],
    ],
  ],
  [
    categorical(),
    [
      [0.5, -1, 1],
      [9, 0, 1],
      [17, 0, -3],
      [-2, 40, 3],
      [60, 60, 0],
    ],
  ],
  [poisson(), [[-30, 0, 20]]],
  [negativeBinomial({ dispersion: 1.5 }), [[-30, 0, 20]]],
  [binomial(5), [[0.5, 17, -25]]],
  [
    vonMises(),
    [
      [0.3, 10, -4, 18],
      [-6, 25, 8, -300],
    ],
  ],
  [gamma(), [[-40, 3, 1, -2]]],
  [beta(), [[-3, 3, 1, 2]]],
  [dirichlet(), [[-40, 3, 1]]],
  [gaussianWithScale(), [[0, 1, -10, 10]]],
  [
    defLaw({
      name: "laplace by quadrature",
      support: "real",
      logProb: (y, h) => sum(neg(add(abs(sub(y, h)), Math.LN2)), { axis: 1 }),
    }),
    [[0, 20, -300]],
  ],
  [
    defLaw({
      name: "cauchy by quadrature",
      support: "real",
      logProb: (y, h) => sum(neg(log(mul(add(1, square(sub(y, h))), Math.PI))), { axis: 1 }),
    }),
    [[0, 0.3, -2]],
  ],
  [
    defLaw({
      name: "exponential by quadrature",
      support: "positive",
      centre: (h) => exp(neg(h)),
      logProb: (y, h) => sum(sub(h, mul(exp(h), y)), { axis: 1 }),
    }),
    [[0, 12, -12]],
  ],
];

/** F, RR' and the diagonal of a law at h. */
async function informationOf(backend: Backend, law: Law, h: readonly (readonly number[])[]) {
  const at = constant(tensor(h.map((row) => [...row])));
  const root = law.fisherRoot(at);
  const outputs: Record<string, Node> = {
    F: law.fisher(at),
    "RR'": matmul(root, transpose(root)),
  };
  if (typeof law.fisherDiagonal === "function") outputs.diagonal = law.fisherDiagonal(at);
  const store = await backend.store([]);
  const program = await compile({ outputs }, store);
  const found = new Map<string, ArrayLike<number>>();
  for (const [name, handle] of Object.entries(await program.run()))
    found.set(name, (await handle.read()).data());
  await backend.close();
  return found;
}

for (const [law, h] of cases) {
  test(`float32, ${law.name}: Fisher information of responses that are nearly certain`, async (t) => {
    const got = await informationOf(await cpu({ threads: 1 }), law, h);
    const right = await informationOf(await reference(), law, h);
    for (const [name, values] of right) {
      const own = got.get(name) ?? [];
      const errors = Array.from(values, (value, i) => {
        // Below 1e-30 float32 has no numbers with all their digits.
        return Math.abs((own[i] as number) - value) / Math.max(Math.abs(value), 1e-30);
      });
      t.equal(own.length, values.length);
      t.ok(
        errors.every((error) => error < 1e-5),
        `${name}: off by ${Math.max(...errors)}`,
      );
    }
  });
}

test("float32, vonMises: scores where series change", async (t) => {
  const law = vonMises();
  const h = constant(
    tensor([
      [10, 0],
      [5, -18],
      [-14, 14.2],
      [30, 4],
    ]),
  );
  const y = constant(tensor([[0.1], [-1], [2.5], [0.3]]));
  const score = grad(sum(law.logProb(y, h)), [h])[0] as Node;
  const found: ArrayLike<number>[] = [];
  for (const backend of [await cpu({ threads: 1 }), await reference()]) {
    const store = await backend.store([]);
    const [handle] = await (await compile({ outputs: [score] }, store)).run();
    found.push((await (handle as NonNullable<typeof handle>).read()).data());
    await backend.close();
  }
  const [single = [], right = []] = found;
  const off = Array.from(right, (value, at) => Math.abs(value - (single[at] as number)));
  t.ok(
    off.every((error) => error < 1e-5),
    `off by ${Math.max(...off)}`,
  );
});
