/** Linear algebra of the host beside ml-matrix. */
import fc from "fast-check";
import { EigenvalueDecomposition, inverse, LuDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { luOf } from "../../src/host/lu.ts";
import { product, transposed } from "../../src/host/product.ts";
import { symmetricEigenvalues } from "../../src/host/symmetricEigenvalues.ts";

const square = fc
  .integer({ min: 1, max: 9 })
  .chain((d) =>
    fc.tuple(
      fc.constant(d),
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: d * d, maxLength: d * d }),
    ),
  );
const runs = { numRuns: 60, seed: 11 };

function gap(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const scale = Math.max(1, ...Array.from(wanted, Math.abs));
  return Math.max(
    ...Array.from(wanted, (value, i) => Math.abs(value - (found[i] as number)) / scale),
  );
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

test("eigenvalues of symmetric matrices", (t) => {
  fc.assert(
    fc.property(square, ([d, numbers]) => {
      const half = Matrix.from1DArray(d, d, numbers);
      const whole = Matrix.add(half, half.transpose());
      const { realEigenvalues } = new EigenvalueDecomposition(whole, { assumeSymmetric: true });
      return gap(symmetricEigenvalues(whole.to1DArray(), d), sorted(realEigenvalues)) < 1e-13;
    }),
    runs,
  );
  t.pass("as ml-matrix has them");
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ["of order 0", [], []],
    ["of order 1", [-7], [-7]],
    ["zeros", [0, 0, 0, 0], [0, 0]],
    ["the lower triangle alone", [2, Number.NaN, 1, 2], [1, 3]],
    ["equal ones", [5, 0, 0, 0, 5, 0, 0, 0, 5], [5, 5, 5]],
    ["of rank 1", [1, 2, 3, 2, 4, 6, 3, 6, 9], [0, 0, 14]],
    ["far apart", [1e200, 0, 0, 1e-200], [1e-200, 1e200]],
    ["tiny ones", [2e-300, 1e-300, 1e-300, 2e-300], [1e-300, 3e-300]],
  ];
  for (const [name, elements, wanted] of cases) {
    const found = symmetricEigenvalues(elements, Math.sqrt(elements.length));
    const scale = Math.max(0, ...wanted.map(Math.abs));
    t.ok(
      found.length === wanted.length &&
        found.every((value, i) => Math.abs(value - (wanted[i] as number)) <= 1e-15 * scale),
      `${name}: ${found}`,
    );
  }
  t.ok(symmetricEigenvalues([1, 0, Number.NaN, 1], 2).every(Number.isNaN), "NaN gives NaN");
  t.end();
});

test("eigenvalues of a larger matrix", (t) => {
  // The second differences of 200 points: 2 − 2 cos(kπ/201).
  const d = 200;
  const elements = Array.from({ length: d * d }, (_, at) => {
    const apart = Math.abs(Math.floor(at / d) - (at % d));
    return apart === 0 ? 2 : apart === 1 ? -1 : 0;
  });
  const wanted = Array.from(
    { length: d },
    (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (d + 1)),
  );
  t.ok(gap(symmetricEigenvalues(elements, d), wanted) < 1e-14);
  t.end();
});

test("elimination, products and transposes", (t) => {
  fc.assert(
    fc.property(square, ([d, numbers]) => {
      const matrix = Matrix.add(Matrix.from1DArray(d, d, numbers), Matrix.eye(d, d).mul(4 * d));
      const unit = Matrix.eye(d, d).to1DArray();
      const lu = luOf(matrix.to1DArray(), d);
      const turned = transposed(matrix.to1DArray(), d, d);
      const gram = product(turned, matrix.to1DArray(), d, d, d);
      return (
        gap(lu.solve(unit, d), inverse(matrix).to1DArray()) < 1e-13 &&
        Math.abs(lu.logAbsDet - Math.log(Math.abs(new LuDecomposition(matrix).determinant))) <
          1e-11 &&
        gap(gram, matrix.transpose().mmul(matrix).to1DArray()) < 1e-13
      );
    }),
    runs,
  );
  const exchanged = luOf([0, 2, 3, 0], 2);
  t.deepEqual([...exchanged.solve([4, 9])], [3, 2], "rows change places where a pivot is 0");
  t.equal(luOf([1, 2, 2, 4], 2).logAbsDet, Number.NEGATIVE_INFINITY);
  t.deepEqual([...transposed([1, 2, 3, 4, 5, 6], 2, 3)], [1, 4, 2, 5, 3, 6]);
  t.end();
});
