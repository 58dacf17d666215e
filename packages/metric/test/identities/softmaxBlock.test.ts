/** The soft-max metric S = diag η − ηη', from the block of a row x = 1. */
import {
  augment,
  constant,
  matmul,
  mul,
  type Node,
  sigmoid,
  slice,
  softmax,
  sub,
} from "@metrigrad/graph";
import { softmaxGram, unitGram } from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const m = 4;

/** S of each row of logits t, as the block with x = 1 gives it. */
async function metrics(t: Matrix, on: Tested): Promise<{ eta: Matrix; s: Matrix }[]> {
  const nodes = t.to2DArray().flatMap((row): Node[] => {
    const eta = softmax(constant(tensor([row])));
    const block = softmaxGram(constant(tensor([[1]])), eta, { bias: false });
    return [eta, block.toDense()];
  });
  const values = await evaluate(nodes, on);
  return t.to2DArray().map((_, i) => ({
    eta: Matrix.columnVector([...(values[2 * i]?.data() ?? [])]),
    s: Matrix.from1DArray(m, m, [...(values[2 * i + 1]?.data() ?? [])]),
  }));
}

const one = Matrix.ones(m, 1);

for (const on of backends) {
  test(`T9 S = diag η − ηη', and S·1 = 0, on ${on.name}`, async (t) => {
    // One row is far in a corner: its tails are of order 1e-17.
    const logits = Matrix.add(matrixOf("logits", 3, m), 0).addRow(3, [40, 0, 3, -1]);
    for (const [row, { eta, s }] of (await metrics(logits, on)).entries()) {
      const wanted = Matrix.sub(Matrix.diag(eta.to1DArray()), eta.mmul(eta.transpose()));
      t.ok(gap(s.to1DArray(), wanted.to1DArray()) < on.limit(1e-15, 1e-7), `row ${row}: S`);
      const scale = Math.max(...s.diag());
      t.ok(
        gap(s.mmul(one).div(scale).to1DArray(), [0, 0, 0, 0]) < on.limit(1e-14, 1e-6),
        `row ${row}: S·1 = 0`,
      );
    }
  });

  test(`T9 S⁺ = P diag(1/η) P with P = I − 11'/m, on ${on.name}`, async (t) => {
    const p = Matrix.sub(Matrix.eye(m), one.mmul(one.transpose()).div(m));
    for (const { eta, s } of await metrics(matrixOf("logits", 3, m), on)) {
      const inverse = p.mmul(Matrix.diag(eta.to1DArray().map((value) => 1 / value))).mmul(p);
      // The four conditions of Moore and Penrose.
      const [left, right] = [s.mmul(inverse), inverse.mmul(s)];
      t.ok(gap(left.mmul(s).to1DArray(), s.to1DArray()) < on.limit(1e-13, 1e-6), "SS⁺S = S");
      t.ok(
        gap(right.mmul(inverse).to1DArray(), inverse.to1DArray()) < on.limit(1e-12, 1e-5),
        "S⁺SS⁺ = S⁺",
      );
      t.ok(
        gap(left.to1DArray(), left.transpose().to1DArray()) < on.limit(1e-13, 1e-5),
        "SS⁺ is symmetric",
      );
      t.ok(
        gap(right.to1DArray(), right.transpose().to1DArray()) < on.limit(1e-13, 1e-5),
        "S⁺S is symmetric",
      );
      t.ok(
        gap(left.to1DArray(), p.to1DArray()) < on.limit(1e-13, 1e-5),
        "and projects on what sums to 0",
      );
    }
  });

  test(`T9 damped by little, the solve is S⁺ on what sums to 0, on ${on.name}`, async (t) => {
    const [only] = await metrics(matrixOf("logits", 1, m), on);
    const { eta } = only as { eta: Matrix };
    const p = Matrix.sub(Matrix.eye(m), one.mmul(one.transpose()).div(m));
    const v = p.mmul(matrixOf("v", m, 1));
    const inverse = p.mmul(Matrix.diag(eta.to1DArray().map((value) => 1 / value))).mmul(p);
    const block = softmaxGram(constant(tensor([[1]])), constant(asTensor(eta.transpose())), {
      bias: false,
    });
    const side = constant(asTensor(v.transpose()));
    // (S + λI)⁻¹v = S⁺v − λ(S⁺)²v + …, where λ must stand out of the rounding of S.
    const lambda = on.limit(1e-9, 2e-5);
    const solved = await evaluate(
      (["woodbury", "dense"] as const).map((solver) =>
        block.solve(side, { solver, damping: { absolute: lambda } }),
      ),
      on,
    );
    const expected = inverse.mmul(v).to1DArray();
    for (const value of solved) {
      t.ok(gap(value.data(), expected) < on.limit(1e-6, 2e-3));
    }
  });

  test(`T17 soft-max with m = 2 is the sigm neuron in w₁ − w₂, on ${on.name}`, async (t) => {
    const rows = constant(asTensor(matrixOf("x", 6, 3)));
    const w = constant(asTensor(matrixOf("w", 4, 2)));
    const logits = matmul(augment(rows), w);
    const both = softmaxGram(rows, softmax(logits));
    const column = (node: Node, i: number) =>
      slice(node, [
        [0, node.shape[0] as number],
        [i, i + 1],
      ]);
    const p = sigmoid(sub(column(logits, 0), column(logits, 1)));
    const neuron = unitGram(rows, mul(p, sub(1, p)));

    const v = constant(asTensor(matrixOf("v", 4, 2)));
    const difference = sub(column(v, 0), column(v, 1));
    const lengths = await evaluate([both.quadratic(v), neuron.quadratic(difference)], on);
    t.ok(
      gap(lengths[0]?.data() ?? [], lengths[1]?.data() ?? []) < on.limit(1e-14, 1e-6),
      "the same length",
    );

    // A direction (u, −u) has w₁ − w₂ = 2u: (g₂ + λI)(u, −u) = 2(g + λ/2 I)u, −2(g + λ/2 I)u.
    const half = constant(asTensor(matrixOf("u", 4, 1)));
    const pair = matmul(half, constant(tensor([[1, -1]])));
    const [whole, single] = await evaluate(
      [
        both.solve(pair, { damping: { absolute: 0.2 } }),
        neuron.solve(mul(half, 0.5), { damping: { absolute: 0.1 } }),
      ],
      on,
    );
    const expected = [...(single?.data() ?? [])].flatMap((value) => [value, -value]);
    t.ok(gap(whole?.data() ?? [], expected) < on.limit(1e-12, 5e-6), "the same step");
  });
}
