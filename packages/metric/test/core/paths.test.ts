/** Subsystems are told by the paths of their modules and parameters. */
import { input, relu } from "@metrigrad/graph";
import {
  explain,
  linearMetrics,
  type MetricTable,
  standardMetrics,
  subsystems,
} from "@metrigrad/metric";
import { applierOf, applyModel, batchNorm, dense, type Module, sequential } from "@metrigrad/nn";
import test from "tape";
import { onReference } from "../support/backends.ts";

function found(table: MetricTable, of: Module) {
  const { applications, parameters } = applyModel(of, input("x", [5, 3]));
  const variables = parameters.map(({ variable }) => variable);
  return subsystems(applications, table, variables);
}

test("subsystems: paths of modules and parameters are those of the model", (t) => {
  const inner = sequential(dense(3, 4, { activation: relu }), batchNorm(4));
  const shared = dense(4, 4);
  const nested = sequential(inner, shared, sequential(shared, dense(4, 2)));
  t.deepEqual(
    found(standardMetrics, nested).map(({ path, names, uses }) => [path, names, uses]),
    [
      ["sequential0/dense0", ["sequential0/dense0/w"], 1],
      [
        "sequential0/batchNorm0",
        ["sequential0/batchNorm0/scale", "sequential0/batchNorm0/offset"],
        1,
      ],
      ["dense0", ["dense0/w"], 2],
      ["sequential1/dense0", ["sequential1/dense0/w"], 1],
    ],
  );
  const { rows } = explain(nested, 5);
  t.deepEqual(
    rows.map(({ path, params }) => [path, params]),
    found(linearMetrics, nested).map(({ path, names }) => [path, names]),
  );
  t.end();
});

test("subsystems: in a store that has several models paths begin with the name of theirs", async (t) => {
  const critic = sequential(dense(3, 4), dense(4, 1));
  const store = await onReference.store({ variables: [] });
  await store.add(critic, { name: "critic" });
  const applier = applierOf({
    mode: "infer",
    rowWeights: null,
    pathOf: (spec) => store.pathOf(spec),
  });
  applier.apply(critic, input("x", [5, 3]));
  const variables = applier.parameters.map(({ variable }) => variable);
  t.deepEqual(
    subsystems(applier.applications, linearMetrics, variables).map(({ path, names }) => [
      path,
      names,
    ]),
    [
      ["critic/dense0", ["critic/dense0/w"]],
      ["critic/dense1", ["critic/dense1/w"]],
    ],
  );
  await store.close();
});
