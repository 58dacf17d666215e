/** Exponentials against series, inverses and rotations, and powers. */
import test from "tape";
import {
  add,
  input,
  matmul,
  matrixExp,
  matrixPower,
  mul,
  neg,
  sub,
  transpose,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";
import { identity, normals } from "../matrices.ts";

test("matrixExp is the sum of its series", async (t) => {
  const a = normals([4, 4]);
  let power = matrixPower(a, 0);
  let total = power;
  for (let k = 1; k <= 40; k++) {
    power = mul(1 / k, matmul(power, a));
    total = add(total, power);
  }
  const [got, expected] = await evaluate([matrixExp(a), total]);
  t.ok(gap(got?.data() ?? [], expected?.data() ?? []) < 1e-12);
});

test("matrixExp of large matrices", async (t) => {
  const a = mul(100, normals([5, 5], 2));
  const skew = sub(a, transpose(a));
  const turn = matrixExp(skew);
  const [square, back] = await evaluate([
    matmul(turn, turn, { transposeA: true }),
    matmul(turn, matrixExp(neg(skew))),
  ]);
  t.ok(gap(square?.data() ?? [], identity(5)) < 1e-10, "a rotation");
  t.ok(gap(back?.data() ?? [], identity(5)) < 1e-10, "exp(−a) is the inverse");
});

test("matrixExp and matrixPower check their arguments", (t) => {
  t.throws(() => matrixExp(input("a", [2, 3])), /^ShapeError: matrixExp: the last two axes/);
  t.throws(() => matrixPower(input("a", [2, 3]), 2), /^ShapeError: matrixPower: the last two axes/);
  t.throws(
    () => matrixPower(input("a", [2, 2]), 0.5),
    /^GraphError: matrixPower: the power must be an integer, got 0.5; pass an integer/,
  );
  t.end();
});
