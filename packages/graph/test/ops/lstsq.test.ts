/** Least squares and pseudo-inverses by the equations that define them. */
import test from "tape";
import {
  input,
  lstsq,
  matmul,
  matrixRank,
  type Node,
  pinv,
  sub,
  transpose,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { hilbert, normals } from "../matrices.ts";

const zeros = (size: number) => new Float64Array(size);

test("lstsq: the residual is orthogonal to the columns", async (t) => {
  const [a, b] = [normals([9, 4]), normals([9, 2], 2)];
  for (const options of [{}, { rcond: 1e-12 }]) {
    const x = lstsq(a, b, options);
    const [normal] = await evaluate([matmul(transpose(a), sub(matmul(a, x), b))]);
    t.ok(gap(normal?.data() ?? [], zeros(8)) < 1e-13);
  }
});

test("lstsq: the shortest of many solutions is a combination of rows", async (t) => {
  const [a, b] = [normals([3, 6]), normals([3, 1], 2)];
  const [by, other] = [lstsq(a, b), lstsq(a, b, { rcond: 1e-12 })];
  const [left, first, second] = await evaluate([matmul(a, by), by, other]);
  t.ok(gap(left?.data() ?? [], b.data()) < 1e-13);
  t.ok(gap(first?.data() ?? [], second?.data() ?? []) < 1e-13);
});

test("pinv satisfies Penrose's four equations, whatever the rank", async (t) => {
  const low = matmul(normals([6, 2]), normals([2, 4], 2));
  for (const [a, rank] of [
    [low, 2],
    [sub(normals([5, 3]), 0), 3],
  ] as const) {
    const p = pinv(a, { rcond: 1e-10 });
    const [ap, pa] = [matmul(a, p), matmul(p, a)];
    const gaps: Node[] = [
      sub(matmul(ap, a), a),
      sub(matmul(pa, p), p),
      sub(ap, transpose(ap)),
      sub(pa, transpose(pa)),
    ];
    for (const value of await evaluate(gaps)) t.ok(gap(value.data(), zeros(value.size)) < 1e-13);
    const [count] = await evaluate([matrixRank(a, { rcond: 1e-10 })]);
    t.equal(count?.item(), rank);
  }
});

test("rcond decides what counts", async (t) => {
  // The condition number of the Hilbert matrix of 8 is 1.5e10.
  const ranks = [1e-6, 1e-10, 1e-12].map((rcond) => matrixRank(hilbert(8), { rcond }));
  const counts = (await evaluate(ranks)).map((value) => value.item());
  t.ok((counts[0] ?? 8) < 8);
  t.deepEqual(counts.slice(1), [7, 8]);
});

test("lstsq and pinv check their arguments", (t) => {
  t.throws(
    () => lstsq(input("a", [3, 2]), input("b", [2, 1])),
    /^ShapeError: lstsq: the right-hand side must be \[b…, 3, k\] for \[3, 2\], got \[2, 1\]; reshape/,
  );
  t.throws(
    () => pinv(input("a", [3, 2]), { rcond: 1 }),
    /^GraphError: pinv: rcond must be at least 0 and less than 1, got 1; pass a bound/,
  );
  t.throws(() => matrixRank(input("a", [3, 2]), { rcond: -1 }), /^GraphError: matrixRank: rcond/);
  t.end();
});
