/** Blocks by unit are the diagonal blocks of what couples the units. */
import { constant, input, type Node, reshape, softmax } from "@metrigrad/graph";
import {
  type Block,
  defMetric,
  denseBlock,
  explain,
  fullMetrics,
  jacobianGram,
  kronecker,
  metrics,
  partition,
  softmaxGram,
  subsystems,
} from "@metrigrad/metric";
import { applyModel, categorical, dense } from "@metrigrad/nn";
import test from "tape";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const [d, m] = [4, 3];
const rows = constant(asTensor(matrixOf("x", 5, d - 1)));
const square = (path: string, size: number): Node => {
  const half = matrixOf(path, size, size);
  return constant(asTensor(half.mmul(half.transpose())));
};
const makes: readonly (readonly [name: string, kind: string, make: () => Block])[] = [
  [
    "soft-max rows",
    "rows",
    () => softmaxGram(rows, softmax(constant(asTensor(matrixOf("t", 5, m))), { axis: 1 })),
  ],
  [
    "rows of the whole parameter",
    "dense",
    () =>
      jacobianGram(reshape(constant(asTensor(matrixOf("J", 10, d * m))), [5, 2, d * m]), {
        shape: [d, m],
      }),
  ],
  ["a product of Kronecker", "dense", () => kronecker(square("a", d), square("g", m))],
  [
    "a matrix",
    "dense",
    () => denseBlock(reshape(square("all", d * m), [1, d * m, d * m]), m, "dense", "coupled"),
  ],
];

for (const [name, kind, make] of makes) {
  test(`by unit, ${name}: the blocks on the diagonal`, async (t) => {
    const row = defMetric(dense, {
      block: ({ params }) => [{ params: [params.w], block: make() }],
    });
    const model = dense(d - 1, m);
    const { applications, parameters } = applyModel(model, input("x", [5, d - 1]));
    const table = partition(model, "neuron", metrics(row));
    const variables = parameters.map(({ variable }) => variable);
    const block = subsystems(applications, table, variables)[0]?.block as Block;
    t.deepEqual([block.kind, block.columns], [kind, "own"]);
    const [own, whole] = (await evaluate([block.toDense(), make().toDense()])).map(asMatrix);
    const expected = whole?.to2DArray().map((line, k) => {
      return line.map((value, l) => (k % m === l % m ? value : 0));
    });
    t.ok(gap(own?.to1DArray() ?? [], expected?.flat() ?? []) < 1e-13);
  });
}

test("by unit: a soft-max layer is solved by its rows, one matrix per unit", (t) => {
  const model = dense(200, 100);
  const choice = partition(model, "neuron", fullMetrics);
  const [row] = explain(model, {
    batchSize: 5,
    likelihood: categorical(),
    metrics: choice,
  }).rows;
  t.deepEqual(
    [row?.form, row?.solver, row?.layout],
    ["softmaxGram by unit", "woodbury", "100 × [201, 201]"],
  );
  t.end();
});
