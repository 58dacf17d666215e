import test from "tape";
import {
  argMax,
  cast,
  cholesky,
  concat,
  cumsum,
  dynamicUpdate,
  eigh,
  gather,
  grad,
  input,
  iota,
  matmul,
  mul,
  oneHot,
  pad,
  putAlongAxis,
  scatterAdd,
  slice,
  sort,
  sum,
  topK,
  triangularSolve,
  vmap,
  where,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";
import { kindsOf } from "../steps.ts";

const table = input("table", [5, 2]);
const at = input("at", [3], "i32");

test("indices are i32, numbers in lists too", async (t) => {
  const [rows] = await evaluate([gather(table, [4, 0])], {
    table: [0, 1, 2, 3, 4].map((i) => [i, i + 10]),
  });
  t.deepEqual(rows?.toArray(), [
    [4, 14],
    [0, 10],
  ]);
  t.throws(
    () => gather(table, input("f", [2])),
    /^ShapeError: gather: indices must be i32, got float; cast/,
  );
  t.throws(
    () => scatterAdd(input("f", [2]), table, 3),
    /^ShapeError: scatterAdd: indices must be i32/,
  );
  t.throws(() => oneHot(input("f", [2]), 3), /^ShapeError: oneHot: indices must be i32/);
});

test("gather and scatterAdd check their operands", (t) => {
  t.throws(
    () => gather(input("e", [0, 2]), at),
    /^ShapeError: gather: the source must have a row, got \[0, 2\]/,
  );
  t.throws(() => gather(input("s", []), at), /^ShapeError: gather: the source must have a row/);
  t.throws(
    () => gather(table, at, { type: "i32" }),
    /^ShapeError: gather: only a u8 or f16 source is converted/,
  );
  t.throws(
    () => scatterAdd(at, table, 9),
    /^ShapeError: scatterAdd: updates must be numbers \[3, r…\], led by the indices' shape, got float \[5, 2\]/,
  );
  t.throws(
    () => scatterAdd(at, input("u", [3]), 0),
    /^ShapeError: scatterAdd: rows must be a positive integer/,
  );
  t.end();
});

test("bytes are converted by the gather itself", (t) => {
  const bytes = input("bytes", [9, 4], "u8");
  t.deepEqual(kindsOf(gather(bytes, at)), ["gather"]);
  t.deepEqual(kindsOf(cast(bytes, "float")), ["gather"]);
  t.equal(gather(bytes, at, { type: "i32" }).type, "i32");
  t.throws(
    () => cast(table, "u8"),
    /^ShapeError: cast: the type must be float, i32, u32 or bool, got u8/,
  );
  t.end();
});

test("halves are converted by the gather itself, and stay halves in copies", (t) => {
  const halves = input("halves", [9, 4], "f16");
  t.deepEqual(kindsOf(gather(halves, at)), ["gather"]);
  t.deepEqual(kindsOf(cast(halves, "float")), ["gather"]);
  t.equal(gather(halves, at, { type: "i32" }).type, "i32");
  t.equal(slice(halves, [[0, 2]]).type, "f16");
  t.equal(concat([halves, halves], 0).type, "f16");
  t.throws(
    () => cast(table, "f16"),
    /^ShapeError: cast: the type must be float, i32, u32 or bool, got f16; keep f16 in data/,
  );
  t.end();
});

test("no op computes with halves, and the error says so", (t) => {
  const halves = input("halves", [4, 4], "f16");
  const refused: Record<string, () => unknown> = {
    mul: () => mul(halves, 2),
    sum: () => sum(halves),
    cumsum: () => cumsum(halves),
    argMax: () => argMax(halves),
    matmul: () => matmul(halves, input("w", [4, 2])),
    matmulRight: () => matmul(input("x", [2, 4]), halves),
    cholesky: () => cholesky(halves),
    triangularSolve: () => triangularSolve(halves, input("y", [4, 1])),
    eigh: () => eigh(halves),
    sort: () => sort(halves),
    topK: () => topK(halves, 1),
    pad: () => pad(halves, [[1, 1]]),
    scatterAdd: () => scatterAdd(iota(4), halves, 4),
    putAlongAxis: () => putAlongAxis(halves, [[0]], halves),
    dynamicUpdate: () => dynamicUpdate(halves, halves, [0, 0]),
    where: () => where(input("c", [4, 4], "bool"), halves, halves),
  };
  for (const [name, make] of Object.entries(refused)) {
    t.throws(make, /^(ShapeError|GraphError): .*f16/, name);
  }
  t.throws(
    () => grad(sum(cast(halves, "float")), halves),
    /^GraphError: grad: a differentiable path must lead from every value to the loss/,
  );
  t.end();
});

test("gathers of many cases are one gather", (t) => {
  const many = input("many", [7, 3], "i32");
  t.deepEqual(kindsOf(vmap((index) => gather(table, index))(many)), ["gather"]);
  const tables = input("tables", [7, 5, 2]);
  const both = kindsOf(vmap((source, index) => gather(source, index))(tables, many));
  t.equal(both.filter((kind) => kind === "gather").length, 1);
  t.end();
});
