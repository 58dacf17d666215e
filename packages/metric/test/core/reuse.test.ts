/** Parameters with several uses: the blocks of the uses add up. */
import { cpu } from "@metrigrad/cpu";
import { constant, expandDims, input, relu, reshape, softmax, tanh } from "@metrigrad/graph";
import {
  type Block,
  defMetric,
  denseBlock,
  diagonalBlock,
  explain,
  factorGram,
  fullMetrics,
  jacobianGram,
  linearMetrics,
  metrics,
  type RfimBlock,
  rfim,
  sharedGram,
  softmaxGram,
  standardMetrics,
  subsystems,
  unitGram,
} from "@metrigrad/metric";
import { applyModel, categorical, dense, type Module, sequential } from "@metrigrad/nn";
import { reference, type Tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { compareBlock } from "../support/compareBlock.ts";
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

const rows = constant(asTensor(x));
const nu = constant(asTensor(matrixOf("nu", 5, 3).mul(0.4).abs()));
const eta = softmax(constant(asTensor(matrixOf("t", 5, 3))), { axis: 1 });
const jacobian = reshape(constant(asTensor(matrixOf("J", 10, 12))), [5, 2, 12]);
const makes: Readonly<Record<string, () => Block>> = {
  shared: () => sharedGram(rows, 3),
  "shared, heavier": () => sharedGram(rows, 3, { weight: 2 }),
  "without bias": () => sharedGram(constant(asTensor(augmented(x))), 3, { bias: false }),
  unit: () => unitGram(rows, nu, { weight: 0.5 }),
  softmax: () => softmaxGram(rows, eta),
  "softmax, heavier": () => softmaxGram(rows, eta, { weight: 3 }),
  factors: () => factorGram(rows, reshape(constant(asTensor(matrixOf("F", 15, 1))), [5, 3, 1])),
  jacobian: () => jacobianGram(jacobian, { shape: [4, 3] }),
};

/** The block of a module that is used several times, with a block of its own each time. */
function added(blocks: readonly (() => Block)[]): Block {
  let use = 0;
  const mixed = defMetric(dense, {
    block: ({ params }) => [{ params: [params.w], block: blocks[use++]?.() ?? null }],
  });
  const shared = dense(3, 3, { activation: relu });
  const [made] = found(
    sequential(...blocks.map(() => shared)) as unknown as Module,
    metrics(mixed),
  );
  return made?.block as Block;
}

for (const [names, columns] of [
  [["shared", "shared, heavier"], "shared"],
  [["without bias", "shared"], "shared"],
  [["shared, heavier", "unit"], "own"],
  [["unit", "shared", "unit"], "own"],
  [["softmax", "softmax"], "coupled"],
  [["softmax", "softmax, heavier"], "coupled"],
  [["unit", "softmax"], "coupled"],
  [["factors", "softmax", "shared"], "coupled"],
  [["jacobian", "jacobian"], "coupled"],
  [["softmax", "jacobian", "without bias"], "coupled"],
] as const) {
  test(`reuse: rows of ${names.join(" and ")} are put together`, async (t) => {
    const blocks = names.map((name) => makes[name] as () => Block);
    const block = added(blocks);
    t.deepEqual([block.kind, block.columns], ["rows", columns]);
    const parts = await evaluate(blocks.map((make) => make().toDense()));
    const expected = parts.map(asMatrix).reduce((sum, part) => Matrix.add(sum, part));
    const store = await (await reference()).store({ variables: [] });
    for (const [operation, error] of await compareBlock(block, { dense: expected }, store)) {
      t.ok(error < 1e-9, `${operation}: ${error}`);
    }
    await store.close();
  });
}

test("reuse: a soft-max layer that is used twice is solved in the space of its rows", async (t) => {
  const wide = dense(120, 120);
  const model = sequential(wide, wide);
  const likelihood = categorical();
  const [row] = explain(model, { likelihood, batchSize: 3, metrics: fullMetrics }).rows;
  // (dm)² would be 843 MB.
  t.deepEqual([row?.form, row?.uses, row?.solver], ["sharedGram + softmaxGram", 2, "woodbury"]);
  t.ok((row?.bytes ?? 0) < 2 ** 23, `${row?.bytes} bytes`);
  const backend = await cpu({ threads: 1 });
  const store = await backend.store(model, { seed: 1 });
  const g = await rfim(model, asTensor(matrixOf("wide", 3, 120)), {
    store,
    likelihood,
    metrics: fullMetrics,
  });
  const v = asTensor(matrixOf("V", 121, 120));
  const block = g.blocks[0] as RfimBlock;
  const solved = await block.solve(v, { absolute: 0.3 });
  const back = asMatrix(await block.apply(solved)).add(asMatrix(solved).mul(0.3));
  t.ok(gap(back.to1DArray(), v.data()) < 1e-4);
  await backend.close();
});

test("reuse: blocks that are not all rows become matrices that add up", async (t) => {
  const values = constant(asTensor(matrixOf("values", 4, 3).abs()));
  const block = added([makes.unit as () => Block, () => diagonalBlock(values)]);
  t.deepEqual([block.form, block.kind], ["unitGram + diagonal", "sum"]);
  const [sum, one, two] = await evaluate([
    block.toDense(),
    makes.unit?.().toDense() ?? rows,
    diagonalBlock(values).toDense(),
  ]);
  const expected = Matrix.add(asMatrix(one as Tensor), asMatrix(two as Tensor));
  t.ok(gap(sum?.data() ?? [], expected.to1DArray()) < 1e-13);
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
