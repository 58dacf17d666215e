import { sameShape } from "@metrigrad/tensor";
import test from "tape";
import {
  cholesky,
  choleskyShift,
  grad,
  gram,
  input,
  matmul,
  mul,
  type Node,
  square,
  sum,
  triangularSolve,
  tril,
  vmap,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf, stepsOf } from "../steps.ts";

const a = input("a", [4, 3]);
const b = input("b", [3, 5]);
const stack = input("stack", [2, 4, 3]);

test("matmul checks its operands", (t) => {
  t.throws(
    () => matmul(a, a),
    /^ShapeError: matmul: a's columns must be as many as b's rows, got \[4, 3\] and \[4, 3\]; transpose/,
  );
  t.throws(
    () => matmul(a, input("v", [3])),
    /^ShapeError: matmul: operands must have at least two axes, got \[3\]; reshape a vector to a row/,
  );
  t.throws(
    () => matmul(a, input("n", [3, 2], "i32")),
    /^ShapeError: matmul: the operands must be float, got float \[4, 3\] and i32/,
  );
  t.throws(
    () => matmul(input("s", [2, 4, 3]), input("r", [3, 3, 4])),
    /^ShapeError: matmul, batch axes: shapes must broadcast/,
  );
  t.end();
});

test("transposed operands cost no step", (t) => {
  t.deepEqual(kindsOf(matmul(a, a, { transposeB: true })), ["matmul"]);
  const loss = sum(square(matmul(a, b)));
  const steps = stepsOf(...grad(loss, [a, b]));
  t.notOk(steps.some(({ kind }) => kind === "copy"));
  t.end();
});

test("a stack by one matrix is one tall product, also in the gradient and under vmap", (t) => {
  const sizes = (...nodes: Node[]) =>
    stepsOf(...nodes).flatMap((step) => (step.kind === "matmul" ? [step.outputs[0]?.shape] : []));
  t.deepEqual(sizes(matmul(stack, b)), [[8, 5]]);
  t.deepEqual(sizes(grad(sum(square(matmul(stack, b))), b)), [
    [8, 5],
    [3, 5],
  ]);
  const rows = vmap((x) => matmul(x, b))(stack);
  t.ok(sameShape(rows.shape, [2, 4, 5]));
  t.deepEqual(sizes(rows), [[8, 5]]);
  t.end();
});

test("gram checks its operands", (t) => {
  t.throws(() => gram(input("v", [3])), /^ShapeError: gram: x must be \[b…, n, d\]/);
  t.throws(() => gram(a, { nu: input("nu", [3]) }), /^ShapeError: gram: .* got \[4, 3\] and \[3\]/);
  t.throws(() => gram(a, { base: input("m", [4, 4]) }), /^ShapeError: gram/);
  t.throws(() => gram(a, { nu: input("n", [4], "i32") }), /^ShapeError: gram/);
  t.throws(() => gram(stack, { nu: input("nu", [3, 4]) }), /^ShapeError: gram, batch axes/);
  t.end();
});

test("cholesky and triangularSolve check their operands", (t) => {
  t.throws(() => cholesky(a), /^ShapeError: cholesky: the last two axes must form a square matrix/);
  t.throws(
    () => cholesky(input("n", [2, 2], "i32")),
    /^ShapeError: cholesky: the operand must be float/,
  );
  const square2 = input("m", [2, 2]);
  t.throws(
    () => cholesky(input("s", [3, 2, 2]), { shift: input("by", [2]) }),
    /^ShapeError: cholesky, batch axes/,
  );
  t.throws(
    () => triangularSolve(square2, input("v", [2])),
    /^ShapeError: triangularSolve: the right-hand side must be \[b…, 2, k\] .* got \[2\]; reshape/,
  );
  t.throws(() => triangularSolve(a, b), /^ShapeError: triangularSolve, the triangle/);
  t.throws(() => tril(input("v", [3])), /^ShapeError: tril: the operand must be matrices/);
  t.throws(
    () => choleskyShift(mul(cholesky(square2), 2)),
    /^GraphError: choleskyShift: the factor must be the result of cholesky itself, got mul/,
  );
  t.end();
});

test("the shift used comes with the factor, in one step", async (t) => {
  const m = input("m", [2, 2]);
  const l = cholesky(m, { shift: 0.25 });
  t.deepEqual(
    kindsOf(l, choleskyShift(l)).filter((kind) => kind === "cholesky"),
    ["cholesky"],
  );
  const feeds = {
    m: [
      [1, 2],
      [2, 1],
    ],
  };
  const [factor, used] = await evaluate([l, choleskyShift(l)], feeds);
  t.equal(used?.item(), 2.5, "0.25 fails, 2.5 succeeds");
  const [, x = 0, y = 0, z = 0] = factor?.data() ?? [];
  t.equal(x, 0, "zero above the diagonal");
  t.ok(Math.abs(y * Math.sqrt(3.5) - 2) < 1e-12 && z > 0);
});
