import test from "tape";
import {
  BackendError,
  DataError,
  GraphError,
  MetricError,
  MetrigradError,
  ShapeError,
} from "../src/errors.ts";

test("errors say where, what must hold, what came and what to do", (t) => {
  const parts = { where: "matmul", must: "a must have 2 axes", got: "[3]", todo: "reshape it" };
  for (const Kind of [ShapeError, GraphError, MetricError, BackendError, DataError]) {
    const error = new Kind(parts);
    t.is(error.message, "matmul: a must have 2 axes, got [3]; reshape it");
    t.is(error.name, Kind.name);
    t.is(error.parts, parts);
    t.ok(error instanceof MetrigradError && error instanceof Error);
  }
  t.end();
});
