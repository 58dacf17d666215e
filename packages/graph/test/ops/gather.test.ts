import test from "tape";
import { cast, gather, input, oneHot, scatterAdd, vmap } from "../../src/index.ts";
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
    /^ShapeError: gather: only a u8 source is converted/,
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

test("gathers of many cases are one gather", (t) => {
  const many = input("many", [7, 3], "i32");
  t.deepEqual(kindsOf(vmap((index) => gather(table, index))(many)), ["gather"]);
  const tables = input("tables", [7, 5, 2]);
  const both = kindsOf(vmap((source, index) => gather(source, index))(tables, many));
  t.equal(both.filter((kind) => kind === "gather").length, 1);
  t.end();
});
