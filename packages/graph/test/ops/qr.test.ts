/** Factors of larger and of ill-conditioned matrices: reconstruction and orthogonality in float64. */
import test from "tape";
import { input, matmul, qr } from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { hilbert, identity, matrix, normals } from "../matrices.ts";
import { kindsOf } from "../steps.ts";

const scattered = normals([9, 9]).data();
const examples = {
  tall: normals([12, 7]),
  wide: normals([5, 8]),
  "ill-conditioned": hilbert(8),
  "of rank 1": matrix(6, 4, (i, j) => (i + 1) * (j + 1)),
  "of zeros": matrix(3, 3, () => 0),
  "of columns from 1 to 1e-160": matrix(
    9,
    9,
    (i, j) => (scattered[9 * i + j] as number) * 1e-20 ** j,
  ),
};

for (const [name, a] of Object.entries(examples)) {
  test(`qr of a matrix that is ${name}`, async (t) => {
    const { q, r } = qr(a);
    const [product, square, triangle] = await evaluate([
      matmul(q, r),
      matmul(q, q, { transposeA: true }),
      r,
    ]);
    const [k = 0, n = 0] = triangle?.shape ?? [];
    const values = a.data();
    const entries = product?.data() ?? [];
    const columns = Array.from({ length: n }, (_, j) => {
      const at = Array.from({ length: a.shape[0] as number }, (_, i) => n * i + j);
      const size = Math.max(...at.map((i) => Math.abs(values[i] as number)));
      const off = at.map((i) => Math.abs((values[i] as number) - (entries[i] as number)));
      return Math.max(...off) <= 1e-14 * size;
    });
    t.ok(columns.every(Boolean), "each column to its own digits");
    t.ok(gap(square?.data() ?? [], identity(k)) < 1e-14, "orthonormal columns");
    const below = Array.from({ length: k }, (_, i) =>
      Array.from({ length: i }, (_, j) => triangle?.get(i, j)),
    );
    t.ok(
      below.flat().every((x) => x === 0),
      "zeros below the diagonal",
    );
    t.ok(Array.from({ length: k }, (_, i) => triangle?.get(i, i)).every((x = -1) => x >= 0));
  });
}

test("qr is as many steps whatever the size", (t) => {
  const stepsFor = (d: number) => kindsOf(...Object.values(qr(input("a", [d, d]))));
  t.deepEqual(stepsFor(50), stepsFor(5));
  t.equal(stepsFor(50).filter((kind) => kind === "loop").length, 2);
  t.end();
});

test("qr checks its operand", (t) => {
  t.throws(
    () => qr(input("v", [3])),
    /^ShapeError: qr: the operand must be matrices \[b…, m, n\] with m, n ≥ 1, got \[3\]; reshape/,
  );
  t.throws(() => qr(input("n", [3, 3], "i32")), /got i32 \[3, 3\]/);
  t.end();
});
