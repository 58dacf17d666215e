/** Applying models: paths, applications, laws, and what modules may not do. */
import { add, constant, input, mean, mul, type Node, sin, sub } from "@metrigrad/graph";
import {
  applyModel,
  batchNorm,
  categorical,
  constantInit,
  defModule,
  dense,
  gaussian,
  type Module,
  param,
  sequential,
  state,
  zeros,
} from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { numbers } from "../support/evaluate.ts";

const x = input("x", [5, 3]);

test("applyModel: applications in order, with paths, references and what is observed", (t) => {
  const model = sequential(dense(3, 4, { activation: "tanh" }), batchNorm(4), dense(4, 2));
  const law = categorical();
  const { output, applications, parameters } = applyModel(model, x, { law });
  t.deepEqual(
    applications.map(({ path }) => path),
    ["dense0", "batchNorm0", "dense1"],
  );
  t.deepEqual(
    applications.map(({ law: own }) => own),
    [null, null, null],
    "modules without a law of their own",
  );
  t.equal(applications[0]?.reference, x);
  t.equal(applications[1]?.reference, applications[0]?.response);
  t.equal(applications[2]?.response, output);
  for (const { observed, model: whole, samples } of applications) {
    t.deepEqual([whole === model, samples], [true, 5]);
    const [observation, ...others] = observed();
    t.ok(observation?.output === output && observation.law === law, "each knows what is observed");
    t.equal(others.length, 0);
  }
  t.equal(
    applications[2]?.preActivation,
    output,
    "a linear layer's response is its pre-activation",
  );
  t.deepEqual(
    parameters.map(({ path }) => path),
    ["dense0/w", "batchNorm0/scale", "batchNorm0/offset", "dense1/w"],
  );
  t.ok(parameters.every(({ variable, path }) => applications[0]?.pathOf(variable) === path));
  t.equal(applications[0]?.definition, dense);
  t.equal(applications[0]?.module, model.children[0]);
  t.equal((applications[0]?.response as Node | undefined)?.scope, "dense0");
  t.end();
});

test("applyModel: variables of a model are those of its members, statistics too", (t) => {
  const model = sequential(dense(3, 4), sequential(batchNorm(4)));
  t.deepEqual(
    model.variables.map(({ path, spec }) => `${path}: ${spec.role}`),
    [
      "dense0/w: parameter",
      "sequential0/batchNorm0/scale: parameter",
      "sequential0/batchNorm0/offset: parameter",
      "sequential0/batchNorm0/mean: state",
      "sequential0/batchNorm0/variance: state",
      "sequential0/batchNorm0/seen: state",
    ],
  );
  t.end();
});

test("applyModel: a second use reads the statistics that the first one moved, and what came before does not", async (t) => {
  const centred = defModule({
    name: "centred",
    params: { average: state([1], () => [8]) },
    apply: ({ average }, rows: Node, { mode, update }) => {
      if (mode === "train") update(average, mul(add(average, mean(rows, { axis: 0 })), 0.5));
      return sub(rows, average);
    },
  })();
  const rows = constant(tensor([[1], [3]]));
  const model = sequential(centred, centred);
  const values = async (mode: "train" | "infer") => {
    const { output, updates } = applyModel(model, rows, { mode });
    return [await numbers(output, { owner: model })].concat(
      await Promise.all(updates.map(([, value]) => numbers(value, { owner: model }))),
    );
  };
  // From 8 to (8 + 2)/2 = 5; the second use is given 1 − 8 and 3 − 8, of mean −6, and moves it to −1/2.
  t.deepEqual(await values("train"), [[-12, -10], [-0.5]]);
  t.deepEqual(await values("infer"), [[-15, -13]]);
});

test("applyModel: a module used twice has one set of parameters and two applications", async (t) => {
  const shift = defModule({
    name: "shift",
    params: { by: param([1], constantInit(3)) },
    apply: ({ by }, h) => add(h, by),
  });
  const one = shift();
  const model = sequential(one, one);
  t.deepEqual(
    model.variables.map(({ path }) => path),
    ["shift0/by"],
  );
  const { output, applications } = applyModel(model, constant(tensor([[1]])));
  t.equal(applications.length, 2);
  t.deepEqual(await numbers(output, { owner: model }), [7]);
});

test("applyModel: modules without parameters leave no application", (t) => {
  const wave = defModule({ name: "wave", apply: (_, h) => sin(h) });
  const { applications, parameters } = applyModel(sequential(wave()), x);
  t.deepEqual([applications.length, parameters.length], [0, 0]);
  t.end();
});

test("applyModel: a module's own law is kept, and the output's is what is observed", (t) => {
  const law = gaussian({ sigma: 2 });
  const own = defModule({
    name: "own",
    params: { a: param([1], zeros) },
    apply: ({ a }, h) => mul(h, a),
    law: () => law,
  });
  const model = sequential(own(), own());
  const bare = applyModel(model, x).applications.map((one) => one.law);
  t.deepEqual(bare, [law, law]);
  const likelihood = gaussian();
  const { applications } = applyModel(model, x, { law: likelihood });
  t.deepEqual(
    applications.map((one) => one.law),
    [law, law],
  );
  t.deepEqual(
    applications.map(({ observed }) => observed().map((one) => one.law)),
    [[likelihood], [likelihood]],
  );
  t.end();
});

test("applyModel: a child that is not declared is refused", (t) => {
  const hidden = dense(3, 2);
  const outer = defModule({ name: "outer", apply: (_, h, { call }) => call(hidden, h) });
  t.throws(
    () => applyModel(outer(), x),
    /applyModel: a module may call only the children that it declares, got dense; return it from `children`/,
  );
  t.end();
});

test("sequential: what is no module is refused", (t) => {
  t.throws(
    () => sequential(dense as unknown as Module),
    /sequential: every argument must be a module, got the function dense; call the definition: sequential\(dense\(784, 10\)\)/,
  );
  t.throws(
    () => sequential(undefined as unknown as Module),
    /sequential: every argument must be a module, got undefined/,
  );
  t.end();
});

test("sequential: nothing in it passes its input through", (t) => {
  t.equal(applyModel(sequential(), x).output, x);
  t.end();
});

test("defModule: definitions and modules are frozen values that register nothing", (t) => {
  const kind = defModule({
    name: "kind",
    options: (size: number) => ({ size }),
    params: ({ size }) => ({ a: param([size], zeros, { decay: "none" }), s: state([1], zeros) }),
    apply: ({ a }, h) => mul(h, a),
  });
  const one = kind(3);
  t.ok(Object.isFrozen(kind) && Object.isFrozen(one));
  t.equal(kind.name, "kind");
  t.deepEqual(one.options, { size: 3 });
  t.deepEqual([one.params.a.decay, one.params.s.role], ["none", "state"]);
  t.equal(one.definition, kind);
  t.notEqual(kind(3), one);
  t.end();
});

test("update: a module's own updates are kept when training only", async (t) => {
  const counter = defModule({
    name: "counter",
    params: { a: param([1], zeros), count: state([1], zeros) },
    apply: ({ a, count }, h, { update }) => {
      update(count, add(count, 1));
      return add(h, a);
    },
  });
  const model = counter();
  t.equal(applyModel(model, x).updates.length, 0);
  t.equal(applyModel(model, x, { mode: "train" }).updates.length, 1);
  const backend = await reference();
  const store = await backend.store(model);
  t.deepEqual((await store.read("count")).toArray(), [0]);
  await backend.close();
});

test("applyModel: an application can be applied to other rows, with children and running statistics", async (t) => {
  const [inner, norm] = [dense(2, 2), batchNorm(2, { epsilon: 3 })];
  const outer = defModule({
    name: "outer",
    params: { a: param([1], constantInit(2)) },
    children: () => [inner, norm],
    apply: ({ a }, h, { call }) => ({
      response: mul(call(norm, call(inner, h)), a),
      preActivation: h,
    }),
  });
  const model = outer();
  const rows = input("rows", [4, 2]);
  const { applications } = applyModel(model, rows, { mode: "train" });
  t.deepEqual(
    applications.map(({ path }) => path),
    ["dense0", "batchNorm0", ""],
  );
  const one = constant(tensor([[1, 5]]));
  const [, , last] = applications;
  const again = last?.applyTo(one);
  t.equal(again?.preActivation, one);
  const expected = applyModel(model, one).output;
  const [got, wanted] = await Promise.all(
    [(again?.response ?? one) as Node, expected].map((node) => numbers(node, { owner: model })),
  );
  t.deepEqual(got, wanted);
  t.equal(applications.length, 3, "without leaving an application");
});

test("applyModel: a module whose apply gives no node is refused by name", (t) => {
  for (const [result, got] of [
    [undefined, "undefined and preActivation null"],
    [3, "3 and preActivation null"],
    [[], " and preActivation null"],
    [{ preActivation: 1 }, "\\[object Object\\] and preActivation null"],
    [[x, undefined], ".* and preActivation null"],
    [{ response: x, preActivation: 1 }, "a node and preActivation 1"],
    [{ response: x, extras: { weights: 1 } }, "a node and preActivation a node"],
  ] as const) {
    const forgetful = defModule({ name: "forgetful", apply: () => result as never });
    const message = `^GraphError: forgetful: apply must return a node or a tree of nodes, or .*, got response ${got};`;
    t.throws(() => applyModel(sequential(forgetful()), x), new RegExp(message));
  }
  t.end();
});
