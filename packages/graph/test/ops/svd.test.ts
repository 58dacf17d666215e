/** Singular values of larger, ill-conditioned and rank-deficient matrices. */
import test from "tape";
import { expandDims, input, matmul, mul, singularValues, svd } from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { hilbert, identity, matrix, normals } from "../matrices.ts";
import { kindsOf } from "../steps.ts";

const examples = {
  square: normals([9, 9]),
  tall: normals([11, 6]),
  wide: normals([4, 7]),
  "ill-conditioned": hilbert(8),
  "of rank 1": matrix(6, 4, (i, j) => (i + 1) * (j + 1)),
  "orthogonal times 2": matrix(4, 4, (i, j) => ((i & j) % 3 === 0 ? 1 : -1)),
  "of zeros": matrix(3, 2, () => 0),
};

for (const [name, a] of Object.entries(examples)) {
  test(`svd of a matrix that is ${name}`, async (t) => {
    const { u, s, v } = svd(a);
    const [product, left, right, values] = await evaluate([
      matmul(mul(u, expandDims(s, -2)), v, { transposeB: true }),
      matmul(u, u, { transposeA: true }),
      matmul(v, v, { transposeA: true }),
      s,
    ]);
    const k = values?.size ?? 0;
    t.ok(gap(product?.data() ?? [], a.data()) < 1e-12, "u diag(s) v' is the matrix");
    t.ok(gap(left?.data() ?? [], identity(k)) < 1e-13, "u is orthonormal");
    t.ok(gap(right?.data() ?? [], identity(k)) < 1e-13, "v is orthonormal");
    const list = Array.from(values?.data() ?? []);
    t.ok(
      list.every((x, i) => x >= 0 && (i === 0 || x <= (list[i - 1] as number))),
      "descending",
    );
  });
}

test("small singular values keep their digits", async (t) => {
  // s₁² + s₂² = 2 + δ² and s₁s₂ = δ; δ² is lost beside 2, so a'a would give 0.
  const delta = 1e-9;
  const [got] = await evaluate([singularValues(matrix(2, 2, (i, j) => (i === 0 ? 1 : j * delta)))]);
  t.ok(Math.abs((got?.get(1) ?? 0) / (delta / Math.SQRT2) - 1) < 1e-14);
  // Columns of scales from 1 to 10⁻³⁰: |det| is the product of the values.
  const plain = normals([4, 4], 5);
  const graded = matrix(4, 4, (i, j) => plain.get(i, j) * 10 ** (-10 * j));
  const [small, all] = await evaluate([singularValues(graded), singularValues(plain)]);
  const logs = (x: ArrayLike<number>) => Array.from(x, Math.log).reduce((a, b) => a + b, 0);
  const expected = logs(all?.data() ?? []) + Math.log(1e-60);
  t.ok(Math.abs(logs(small?.data() ?? []) - expected) < 1e-12);
});

test("what nobody asks for is not computed, and the number of steps does not grow", (t) => {
  const a = input("a", [6, 6]);
  const loops = (kinds: string[]) => kinds.filter((kind) => kind === "loop").length;
  t.equal(loops(kindsOf(singularValues(a))), 1);
  t.equal(loops(kindsOf(...Object.values(svd(a)))), 3, "rotations, and reflections for u");
  const big = kindsOf(...Object.values(svd(input("a", [40, 40]))));
  t.deepEqual(big, kindsOf(...Object.values(svd(a))));
  t.end();
});

test("svd checks its operand", (t) => {
  t.throws(
    () => svd(input("v", [3])),
    /^ShapeError: svd: the operand must be matrices .* got \[3\]/,
  );
  t.end();
});
