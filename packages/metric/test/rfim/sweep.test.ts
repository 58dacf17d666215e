/** Every row of neurons that the package exports is compared with its definition. */
import * as metric from "@metrigrad/metric";
import test from "tape";
import { layers } from "../support/layers.ts";

test("every exported row of neurons has a layer in the table that T1 and T4 run", (t) => {
  const makers = Object.keys(metric).filter((name) => /[a-z]Row$/.test(name));
  t.ok(makers.length >= 5, makers.join(", "));
  t.deepEqual(
    makers.filter((name) => !layers.some(({ made }) => made === name)),
    [],
  );
  t.end();
});

test("every metric of the standard table that has a block names modules to check it on", (t) => {
  const without = metric.standardMetrics.rows.filter(
    ({ example, source }) => example === null && source !== "plain gradient",
  );
  t.deepEqual(without, []);
  t.end();
});
