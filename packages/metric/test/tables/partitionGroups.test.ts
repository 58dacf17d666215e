/** What a partition may be by, and with which model. */
import { sigmoid } from "@metrigrad/graph";
import { explain, type Partition, partition, rfim } from "@metrigrad/metric";
import { dense, sequential } from "@metrigrad/nn";
import test from "tape";
import { withStore } from "../support/dense.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { rejects } from "../support/rejects.ts";

test("partition: what is not of the model, in two groups or without parameters is refused", (t) => {
  const [first, last] = [dense(2, 3, { activation: sigmoid }), dense(3, 2)];
  const model = sequential(first, last);
  t.throws(
    () => partition(model, [[first, dense(3, 2)]]),
    /partition, group 0: its modules must be of the model, got another dense; pass lists of modules/,
  );
  t.throws(
    () => partition(model, [[first], [last, first]]),
    /partition, group 1: a module may be in one group, got dense in two/,
  );
  t.throws(
    () => partition(model, [[first], []]),
    /partition, group 1: it must have parameters, got none/,
  );
  const odd = (by: unknown) => () => partition(model, by as "whole");
  t.throws(
    odd("unit"),
    /partition: it must be by "neuron", "layer", "whole", by a list of modules or by several, got unit; pass/,
  );
  t.throws(odd([]), /got a list of 0 that are not all modules or lists of them; pass lists/);
  t.throws(odd([first, [last]]), /got a list of 2 that are not all modules or lists of them/);
  t.throws(odd([["dense0"]]), /got a list of 1 that are not all modules or lists of them/);
  t.equal((partition(model, "whole") as { name: string }).name, "partition by whole");
  t.end();
});

test("partition: a list of modules is one group", (t) => {
  const [first, last] = [dense(2, 3, { activation: sigmoid }), dense(3, 2)];
  const model = sequential(first, last, dense(2, 2));
  const paths = (by: Partition) =>
    explain(model, { batchSize: 4, metrics: partition(model, by) }).rows.map(({ path }) => path);
  t.deepEqual(paths([first, last]), ["dense0 + dense1", "dense2"]);
  t.deepEqual(paths([first, last]), paths([[first, last]]));
  t.end();
});

test("partition: groups of another model are refused where they are used", async (t) => {
  const [first, last] = [dense(2, 3), dense(3, 2)];
  const model = sequential(first, last);
  const other = sequential(dense(2, 3), dense(3, 2));
  for (const by of ["whole", [first]] as const) {
    t.throws(
      () => explain(other, { batchSize: 4, metrics: partition(model, by) }),
      /partition: it must be used with the model that it was made for, got a model without one (sequential|dense) of its groups; make it for this model/,
    );
  }
  await rejects(
    t,
    withStore(other, {}, (store) =>
      rfim(other, asTensor(matrixOf("x", 4, 2)), { store, metrics: partition(model, [first]) }),
    ),
    /partition: it must be used with the model that it was made for/,
  );
  // The modules of the group are there, beside others.
  const more = sequential(model, dense(2, 2));
  t.ok(explain(more, { batchSize: 4, metrics: partition(model, [first, last]) }));
});
