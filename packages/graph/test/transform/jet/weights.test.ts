/** How parameters act in derivatives by inputs: as products with rows in which the samples lie on one axis. */
import test from "tape";
import {
  affine,
  derivatives,
  input,
  type Node,
  rowsPerSample,
  structuralOps,
  tanh,
  topological,
} from "../../../src/index.ts";

const n = 7;
const x = input("x", [n, 3]);
const weights = [input("a", [4, 5]), input("b", [6, 4]), input("c", [5, 2])] as const;
const [a, b, c] = weights;
const u = derivatives((at) => affine(tanh(affine(tanh(affine(at, a)), b)), c), x);

/** What reads a value or a part of it: the nodes, without slices between. */
function readersOf(value: Node, outputs: readonly Node[]): Node[] {
  const order = topological(outputs);
  const readers = order.filter(({ inputs }) => inputs.includes(value));
  return readers.flatMap((one) => (one.op.name === "slice" ? readersOf(one, outputs) : [one]));
}

test("weights: what reads them is the value's affine map, and products of rows", (t) => {
  const outputs = [u.value, u.laplacian(), u.gradient(), u.partial(0, 1)];
  for (const w of [b, c]) {
    const readers = readersOf(w, outputs);
    t.ok(readers.length > 2, `${readers.length} of ${w.shape}`);
    for (const reader of readers) {
      const [rows, matrix] = reader.inputs as [Node, Node];
      const isValue = reader.op === structuralOps.affine && matrix === w;
      const isStream = reader.op === structuralOps.matmul && rows !== w;
      t.ok(isValue || isStream, reader.op.name);
      if (isStream) t.equal(matrix.shape[0], (w.shape[0] as number) - 1, "without the bias");
      t.equal(rowsPerSample(rows, [x], n), 1, `rows ${rows.shape} have the samples on one axis`);
    }
  }
  t.end();
});

test("weights: those of the first layer are repeated for the samples", (t) => {
  const readers = readersOf(a, [u.laplacian()]).filter(({ op }) => op !== structuralOps.affine);
  t.ok(readers.length > 0);
  for (const reader of readers) t.equal(reader.op, structuralOps.reshape, "[3, 5] to [3, 1, 5]");
  t.end();
});
