/** Solves with larger and ill-conditioned matrices, and what they share. */
import test from "tape";
import {
  det,
  grad,
  input,
  inverse,
  linearSolve,
  matmul,
  slogdet,
  square,
  sum,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { hilbert, identity, matrix, normals } from "../matrices.ts";
import { kindsOf } from "../steps.ts";

test("linearSolve leaves a residual of the order of rounding", async (t) => {
  // Growth 2⁹ by elimination with partial pivoting (Wilkinson).
  const growing = matrix(10, 10, (i, j) => (i === j || j === 9 ? 1 : i > j ? -1 : 0));
  for (const a of [normals([10, 10]), hilbert(10), growing]) {
    const size = a.shape[0] as number;
    const b = normals([size, 2], 2);
    const x = linearSolve(a, b);
    const [left, solution] = await evaluate([matmul(a, x), x]);
    const largest = Math.max(...Array.from(solution?.data() ?? [], Math.abs));
    t.ok(gap(left?.data() ?? [], b.data()) < 1e-14 * size * Math.max(1, largest));
  }
});

test("inverse, slogdet and det agree with products of factors", async (t) => {
  const [a, b] = [normals([6, 6], 3), normals([6, 6], 4)];
  const [one, both, first, second, log, volume] = await evaluate([
    matmul(inverse(a), a),
    det(matmul(a, b)),
    det(a),
    det(b),
    slogdet(a).logAbsDet,
    slogdet(a).sign,
  ]);
  t.ok(gap(one?.data() ?? [], identity(6)) < 1e-12);
  const [da = 0, db = 0] = [first?.item(), second?.item()];
  t.ok(Math.abs((both?.item() ?? 0) / (da * db) - 1) < 1e-12);
  t.ok(Math.abs((volume?.item() ?? 0) * Math.exp(log?.item() ?? 0) - da) < 1e-12 * Math.abs(da));
});

test("slogdet neither overflows nor vanishes", async (t) => {
  const a = matrix(40, 40, (i, j) => (i === j ? (i === 0 ? -1e-300 : 1e-300) : 0));
  const { sign, logAbsDet } = slogdet(a);
  const [s, log] = await evaluate([sign, logAbsDet]);
  t.equal(s?.item(), -1);
  t.ok(Math.abs((log?.item() ?? 0) - 40 * Math.log(1e-300)) < 1e-10);
});

test("all that is solved with a matrix shares its factorisation, the gradient too", (t) => {
  const [a, b] = [input("a", [6, 6]), input("b", [6, 2])];
  const loss = sum(square(linearSolve(a, b)));
  const kinds = kindsOf(loss, slogdet(a).logAbsDet, ...grad(loss, [a, b]));
  t.equal(kinds.filter((kind) => kind === "loop").length, 2);
  t.end();
});

test("linearSolve, inverse and det check their operands", (t) => {
  t.throws(
    () => linearSolve(input("a", [3, 3]), input("b", [3])),
    /^ShapeError: linearSolve: the right-hand side must be \[b…, 3, k\] for \[3, 3\], got \[3\]; reshape a vector/,
  );
  t.throws(
    () => linearSolve(input("a", [3, 2]), input("b", [3, 1])),
    /^ShapeError: linearSolve, the matrix: the last two axes must form a square matrix, got \[3, 2\]/,
  );
  t.throws(() => inverse(input("a", [2, 3])), /^ShapeError: inverse: the last two axes/);
  t.throws(() => slogdet(input("a", [2, 3])), /^ShapeError: slogdet: the last two axes/);
  t.throws(
    () => det(input("a", [2, 2], "i32")),
    /^ShapeError: det: the operand must be float, got i32/,
  );
  t.end();
});
