/** Parameters with several uses: the blocks of the uses add up. */
import { constant, expandDims, input, relu, tanh } from "@metrigrad/graph";
import {
  defMetric,
  denseBlock,
  linearMetrics,
  metrics,
  rfim,
  sharedGram,
  standardMetrics,
  subsystems,
  unitGram,
} from "@metrigrad/metric";
import { applyModel, dense, type Module, sequential } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const x = matrixOf("x", 5, 3);
const w = matrixOf("w", 4, 3, 0.6);

function found(model: Module, table = standardMetrics) {
  const { applications, parameters } = applyModel(model, input("x", [5, 3]));
  return subsystems(
    applications,
    table,
    parameters.map(({ variable }) => variable),
  );
}

test("reuse: one subsystem with the uses of the module, its rows put together", (t) => {
  const shared = dense(3, 3, { activation: tanh });
  const made = found(sequential(shared, shared, dense(3, 2)));
  t.deepEqual(
    made.map(({ path, uses, applications, block }) => [
      path,
      uses,
      applications.length,
      block?.form,
      block?.n,
    ]),
    [
      ["dense0", 2, 2, "unitGram", 10],
      ["dense1", 1, 1, "sharedGram", 5],
    ],
  );
  t.end();
});

for (const [name, activation, table] of [
  ["one matrix per unit", tanh, standardMetrics],
  ["a shared matrix", tanh, linearMetrics],
] as const) {
  test(`reuse, ${name}: g = Σ over uses of E[ν x̃x̃']`, async (t) => {
    const shared = dense(3, 3, { activation });
    const model = sequential(shared, shared);
    const backend = await reference();
    const store = await backend.store(model);
    await store.write("dense0/w", asTensor(w));
    const g = await rfim(model, asTensor(x), { store, metrics: table });
    const [block] = g.blocks;
    const first = augmented(x);
    const response = first.mmul(w);
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 3; j++) response.set(i, j, Math.tanh(response.get(i, j)));
    }
    const second = augmented(response);
    const one = (rows: Matrix, unit: number) => {
      const nu = rows.mmul(w).getColumn(unit);
      const weights = nu.map((u) => (table === linearMetrics ? 1 : 1 / Math.cosh(u) ** 2) / 5);
      return rows.transpose().mmul(Matrix.diag(weights)).mmul(rows);
    };
    const expected = [0, 1, 2].map((unit) => Matrix.add(one(first, unit), one(second, unit)));
    const kept = table === linearMetrics ? expected.slice(0, 1) : expected;
    t.ok(
      gap(
        (await block?.toMatrices())?.data() ?? [],
        kept.flatMap((each) => each.to1DArray()),
      ) < 1e-13,
    );
    const v = asTensor(matrixOf("v", 4, 3));
    const solved = await block?.solve(v, { absolute: 0.3 });
    const back = asMatrix(await (block as NonNullable<typeof block>).apply(solved as typeof v));
    t.ok(
      gap(back.add(asMatrix(solved as typeof v).mul(0.3)).to1DArray(), v.data()) < 1e-11,
      "solve",
    );
    await backend.close();
  });
}

test("reuse: blocks of different makes become matrices that add up", async (t) => {
  const rows = constant(asTensor(x));
  let use = 0;
  const makes = [
    () => sharedGram(rows, 3, { weight: 2 }),
    () => unitGram(rows, constant(asTensor(matrixOf("nu", 5, 3)))),
  ];
  const mixed = defMetric(dense, {
    block: ({ params }) => [{ params: [params.w], block: (makes[use++] ?? makes[0])?.() ?? null }],
  });
  const shared = dense(3, 3, { activation: relu });
  const [made] = found(sequential(shared, shared), metrics(mixed));
  t.equal(made?.block?.form, "sharedGram + unitGram");
  const [sum, one, two] = await evaluate([
    made?.block?.toMatrices() ?? rows,
    sharedGram(rows, 3, { weight: 2 }).toMatrices(),
    makes[1]?.().toMatrices() ?? rows,
  ]);
  const all = [0, 1, 2].flatMap(() => [...(one?.data() ?? [])]);
  t.ok(
    gap(
      sum?.data() ?? [],
      all.map((value, i) => value + (two?.data()[i] as number)),
    ) < 1e-13,
  );
  t.end();
});

test("reuse: blocks of other columns are refused", (t) => {
  let use = 0;
  const odd = defMetric(dense, {
    block: ({ params, reference: r }) => {
      const eye = denseBlock(expandDims(constant(asTensor(Matrix.eye(12))), 0), 1);
      const block = use++ === 0 ? sharedGram(r, 3) : eye;
      return [{ params: [params.w], block }];
    },
  });
  const shared = dense(3, 3);
  t.throws(
    () => found(sequential(shared, shared), metrics(odd)),
    /metric block dense: blocks of the same parameters must have the same columns, \[4, 3\] as sharedGram, got \[12, 1\]; give each use/,
  );
  t.end();
});
