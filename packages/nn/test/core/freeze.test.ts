/** Frozen modules: names stay, and nothing of them is trained. */
import { constant, grad, input, type Node, sum } from "@metrigrad/graph";
import { applyModel, batchNorm, categorical, dense, freeze, sequential } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";

const x = input("x", [5, 3]);

test("freeze: applications, parameters and updates leave frozen modules out", (t) => {
  const body = sequential(dense(3, 4), batchNorm(4));
  const model = sequential(freeze(body), dense(4, 2));
  const law = categorical();
  const applied = applyModel(model, x, { mode: "train", law });
  t.deepEqual(
    applied.applications.map(({ path }) => path),
    ["dense0"],
  );
  t.deepEqual(
    applied.parameters.map(({ path }) => path),
    ["dense0/w"],
  );
  t.equal(applied.updates.length, 0);
  t.equal(applyModel(sequential(body, dense(4, 2)), x, { mode: "train" }).updates.length, 3);
  t.end();
});

test("freeze: the variables are those of the model that is not frozen", (t) => {
  const [body, head] = [sequential(dense(3, 4), batchNorm(4)), dense(4, 2)];
  const [frozen, whole] = [sequential(freeze(body), head), sequential(body, head)];
  t.deepEqual(frozen.variables, whole.variables);
  t.ok(frozen.variables.every(({ spec }, i) => spec === whole.variables[i]?.spec));
  t.equal(freeze(head).definition, dense);
  t.end();
});

test("freeze: gradients pass through to the modules before", async (t) => {
  const [first, last] = [dense(3, 3), dense(3, 1)];
  const rows = constant(tensor([[1, 2, 3]]));
  const gradients = await Promise.all(
    [sequential(first, freeze(last)), sequential(first, last)].map((model) => {
      const { output, parameters } = applyModel(model, rows);
      const [{ variable }] = parameters as [(typeof parameters)[0]];
      return numbers(grad(sum(output), variable), { owner: model });
    }),
  );
  t.deepEqual(gradients[0], gradients[1]);
  t.ok(gradients[0]?.some((value) => value !== 0));
});

test("freeze: a frozen module normalises by its running statistics also when training", async (t) => {
  const model = sequential(freeze(batchNorm(2, { epsilon: 3 })), dense(2, 2));
  const rows = constant(
    tensor([
      [2, 4],
      [6, 8],
    ]),
  );
  const { applications } = applyModel(model, rows, { mode: "train" });
  const [{ reference }] = applications as [(typeof applications)[0]];
  t.deepEqual(await numbers(reference as Node, { owner: model }), [1, 2, 3, 4]);
});

test("freeze: what stands in a frozen place is frozen everywhere", (t) => {
  const shared = dense(3, 3);
  for (const model of [
    sequential(shared, freeze(sequential(shared))),
    sequential(freeze(sequential(shared)), shared),
  ]) {
    t.deepEqual(applyModel(model, x).parameters, []);
    t.deepEqual(applyModel(model, x).applications, []);
  }
  t.end();
});
