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

test("freeze: a predicate chooses parameters by their paths in the module", async (t) => {
  const body = sequential(dense(2, 2), dense(2, 2));
  const seen: string[] = [];
  const frozen = freeze(body, (path) => {
    seen.push(path);
    return path === "dense0/w";
  });
  const model = sequential(frozen, dense(2, 1));
  const rows = constant(tensor([[1, 2]]));
  const { parameters, applications } = applyModel(model, rows);
  t.deepEqual(
    parameters.map(({ path }) => path),
    ["sequential0/dense1/w", "dense0/w"],
  );
  t.deepEqual(
    applications.map(({ path }) => path),
    ["sequential0/dense1", "dense0"],
  );
  t.ok(seen.includes("dense1/w") && !seen.some((path) => path.startsWith("sequential0")));
  t.equal(frozen.definition, sequential(body).definition);
  t.equal(frozen.params, body.params);
  t.deepEqual(applyModel(body, rows).parameters.length, 2, "the module itself does not change");
  const both = freeze(frozen, (path) => path === "dense1/w");
  t.deepEqual(
    applyModel(sequential(both, dense(2, 1)), rows).parameters.map(({ path }) => path),
    ["dense0/w"],
    "freezing again freezes more",
  );
  t.deepEqual(
    applyModel(
      freeze(body, () => false),
      rows,
    ).parameters.length,
    2,
    "nothing where nothing is chosen",
  );
});

test("freeze: part of a module leaves the rest of it trained", (t) => {
  const norm = freeze(batchNorm(3), (path) => path === "scale");
  const { parameters, applications, updates } = applyModel(norm, x, { mode: "train" });
  t.deepEqual(
    parameters.map(({ path }) => path),
    ["offset"],
  );
  t.deepEqual(Object.keys(applications[0]?.trained ?? {}), ["offset"]);
  t.equal(Object.keys(applications[0]?.params ?? {}).length, 5);
  t.deepEqual(
    applications[0]?.uses.flatMap(({ parameters: used }) => used),
    [parameters[0]?.variable],
    "uses are of what is trained",
  );
  t.equal(updates.length, 3);
  t.end();
});

test("freeze: frozen statistics stay as they are, parameters are trained", (t) => {
  const statistics = (path: string) => /(mean|variance|seen)$/.test(path);
  const norm = freeze(batchNorm(3), statistics);
  const one = applyModel(norm, x, { mode: "train" });
  t.equal(one.updates.length, 0);
  t.equal(one.parameters.length, 2);
  const mean = freeze(batchNorm(3), (path) => path === "mean");
  const moved = applyModel(mean, x, { mode: "train" }).updates.map(([{ scope }]) => scope);
  t.equal(moved.length, 2);
  t.end();
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
