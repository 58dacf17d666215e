/** Parameters are found by their objects: parts of models, several models in a store, shared weights. */
import {
  add,
  compile,
  constant,
  grad,
  input,
  matmul,
  type Node,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  type AnyModule,
  applierOf,
  applyModel,
  constantInit,
  defModule,
  dense,
  freeze,
  type Module,
  type ParameterSpec,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import { reference, type Store, tensor } from "@metrigrad/tensor";
import test from "tape";

const rows = constant(
  tensor([
    [1, 2],
    [3, -1],
  ]),
);

/** x W, or x W' where transposed, with a weight from outside. */
const product = defModule({
  name: "product",
  options: (w: ParameterSpec, transposed = false) => ({ w, transposed }),
  params: ({ w }) => ({ w }),
  apply: ({ w }, x, { options }) => matmul(x, options.transposed ? transpose(w) : w),
});

async function withStore(
  model: Module<never, unknown>,
  body: (store: Store) => Promise<void>,
): Promise<void> {
  const backend = await reference();
  await body(await backend.store(model, { seed: 3 }));
  await backend.close();
}

async function valueOf(node: Node, store: Store): Promise<number[]> {
  const program = await compile({ outputs: node }, store);
  return Array.from((await (await program.run()).read()).data());
}

const pathsOf = ({ variables }: Store | Module<never, unknown>) =>
  variables.map(({ path }) => path);

test("identity: the encoder of an autoencoder is found with its trained values", async (t) => {
  const [encoder, decoder] = [sequential(dense(2, 2)), dense(2, 2)];
  const autoencoder = sequential(encoder, decoder);
  t.deepEqual(pathsOf(autoencoder), ["sequential0/dense0/w", "dense0/w"]);
  t.deepEqual(pathsOf(encoder), ["dense0/w"], "alone it has a path of its own");
  await withStore(autoencoder, async (store) => {
    const trained = tensor([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    await store.write("sequential0/dense0/w", trained);
    const { output } = applyModel(encoder, rows);
    t.deepEqual(await valueOf(output, store), [8, 80, 4, 40]);
    await store.add(encoder);
    t.equal(store.variables.length, 2, "it is there already");
    const inner = encoder.children[0]?.params.w as ParameterSpec;
    t.equal(store.pathOf(inner), "sequential0/dense0/w");
    t.deepEqual((await store.read(inner)).toArray(), trained.toArray());
    const whole = applyModel(autoencoder, rows);
    const [first] = whole.parameters;
    const [alone] = applyModel(encoder, rows).parameters;
    t.equal(alone?.variable, first?.variable, "one node in every application");
  });
});

test("identity: two models on one store need names", async (t) => {
  const make = () => sequential(dense(2, 2), dense(2, 1));
  const [actor, critic] = [make(), make()];
  await withStore(actor, async (store) => {
    await store.add(critic).then(
      () => t.fail("it was accepted"),
      (error) =>
        t.match(
          error.message,
          /store\.add: the path dense0\/w must be free, got a parameter \[3, 2\] there, and a parameter \[3, 2\] to be added; give the new ones a name: store\.add\(model, \{ name: "critic" \}\)/,
        ),
    );
    await store.add(critic, { name: "critic" });
    t.deepEqual(pathsOf(store), ["dense0/w", "dense1/w", "critic/dense0/w", "critic/dense1/w"]);
    const [a, b] = await Promise.all(
      ["dense0/w", "critic/dense0/w"].map(async (path) => (await store.read(path)).toArray()),
    );
    t.notDeepEqual(a, b, "their initial values are draws of their own");
    await store.write("critic/dense1/w", tensor([[0], [0], [7]]));
    await store.write("dense1/w", tensor([[0], [0], [5]]));
    const both = [actor, critic].map((model) => applyModel(model, rows).output);
    t.deepEqual(await valueOf(add(both[0] as Node, both[1] as Node), store), [12, 12]);
  });
});

test("identity: a model of the same make is not in the store", async (t) => {
  await withStore(dense(2, 1), async (store) => {
    const { output } = applyModel(dense(2, 1), rows);
    await compile({ outputs: output }, store).then(
      () => t.fail("it was accepted"),
      (error) =>
        t.match(
          error.message,
          /^compile: the store must have every parameter of the graph, got none for w, a parameter of a module; add it first: store\.add\(model\)/,
        ),
    );
  });
});

test("identity: a weight in two modules is one variable and takes both gradients", async (t) => {
  const w = param([2, 2], () => [1, 2, 3, 4]);
  const [first, second] = [product(w), product(w)];
  const model = sequential(first, second);
  t.deepEqual(pathsOf(model), ["product0/w"], "listed once, by its first place");
  const { output, parameters, applications } = applyModel(model, rows);
  t.deepEqual(
    parameters.map(({ path }) => path),
    ["product0/w"],
  );
  t.equal(applications.length, 2);
  const [{ variable }] = parameters as [(typeof parameters)[0]];
  t.ok(applications.every(({ params }) => params.w === variable));
  await withStore(model, async (store) => {
    // x W² with W² = [[7, 10], [15, 22]].
    t.deepEqual(await valueOf(output, store), [37, 54, 6, 8]);
    const gradient = await valueOf(grad(sum(output), variable), store);
    const numeric: number[] = [];
    for (let i = 0; i < 4; i++) {
      const sums: number[] = [];
      for (const step of [1e-4, -1e-4]) {
        const moved = [1, 2, 3, 4].map((v, j) => v + (i === j ? step : 0));
        await store.write(w, tensor(moved, { shape: [2, 2] }));
        sums.push((await valueOf(sum(output), store))[0] as number);
      }
      numeric.push(((sums[0] as number) - (sums[1] as number)) / 2e-4);
    }
    t.ok(gradient.every((value, i) => Math.abs(value - (numeric[i] as number)) < 1e-6));
  });
});

test("identity: a weight is shared transposed", async (t) => {
  const w = param([2, 3], () => [1, 2, 3, 4, 5, 6]);
  const model = sequential(product(w), product(w, true));
  t.deepEqual(
    model.variables.map(({ path, spec }) => [path, spec]),
    [["product0/w", w]],
  );
  const { output } = applyModel(model, rows);
  await withStore(model, async (store) => {
    // x W W' with W W' = [[14, 32], [32, 77]].
    t.deepEqual(await valueOf(output, store), [78, 186, 10, 19]);
    await store.write(
      w,
      tensor([
        [1, 0, 0],
        [0, 1, 0],
      ]),
    );
    t.deepEqual(await valueOf(output, store), [1, 2, 3, -1]);
  });
});

test("identity: a module in two places is one, with the path of the first", (t) => {
  const shared = dense(2, 2);
  const model = sequential(sequential(shared), shared, dense(2, 2));
  t.deepEqual(pathsOf(model), ["sequential0/dense0/w", "dense0/w"]);
  t.equal(model.variables[0]?.spec, shared.params.w);
  const { applications } = applyModel(model, rows);
  t.deepEqual(
    applications.map(({ path }) => path),
    ["sequential0/dense0", "sequential0/dense0", "dense0"],
  );
  t.end();
});

test("param: what it is, frozen and without a path", (t) => {
  const w = param([2, 3], zeros);
  t.ok(Object.isFrozen(w));
  const { path, shape, type, role, decay } = w;
  t.deepEqual(
    { path, shape, type, role, decay },
    { path: null, shape: [2, 3], type: "float", role: "parameter", decay: "all" },
  );
  t.notEqual(param([2, 3], zeros), w);
  t.equal(dense(2, 2).params.w.decay, "all but the last row");
  t.notEqual(dense(2, 2).params.w, dense(2, 2).params.w);
  t.end();
});

test("applierOf: several models in one step, with the paths of a store", async (t) => {
  const [actor, critic] = [sequential(dense(2, 2)), sequential(dense(2, 1), dense(1, 1))];
  await withStore(actor, async (store) => {
    await store.add(critic, { name: "critic" });
    const applier = applierOf({
      mode: "infer",
      rowWeights: null,
      pathOf: (spec) => store.pathOf(spec),
    });
    const hidden = applier.apply(actor, rows).response as Node;
    applier.apply(critic, hidden);
    applier.apply(actor, rows);
    t.deepEqual(
      applier.applications.map(({ path }) => path),
      ["dense0", "critic/dense0", "critic/dense1", "dense0"],
    );
    t.deepEqual(
      applier.parameters.map(({ path }) => path),
      ["dense0/w", "critic/dense0/w", "critic/dense1/w"],
      "each once",
    );
    const [, second] = applier.parameters;
    t.equal(applier.pathOf(second?.variable as never), "critic/dense0/w");
    t.deepEqual(
      applier.applications.map(({ model }) => model === actor),
      [true, false, false, true],
    );
  });
});

test("extras: what comes beside the response, from models and from parts", (t) => {
  const spy = defModule({
    name: "spy",
    params: { a: param([1], constantInit(2)) },
    apply: ({ a }, x) => ({ response: add(x, a), extras: { sums: [sum(x), a] } }),
  });
  const outer = defModule({
    name: "outer",
    options: (inner: ReturnType<typeof spy>) => ({ inner }),
    children: ({ inner }) => [inner],
    apply: (_, x, { options: { inner }, applied }) => {
      const { response, preActivation, extras } = applied(inner, x);
      t.equal(preActivation, response);
      return { response, extras: { seen: (extras as { sums: readonly Node[] }).sums[0] as Node } };
    },
  });
  const inner = spy();
  const model = outer(inner);
  const { output, extras } = applyModel(model, rows);
  t.deepEqual(
    extras.map(({ path, module }) => [path, module]),
    [
      ["spy0", inner],
      ["", model],
    ],
  );
  const [own, whole] = extras.map(({ values }) => values) as [
    { sums: readonly Node[] },
    { seen: Node },
  ];
  t.equal(own.sums.length, 2);
  t.equal(whole.seen, own.sums[0]);
  const node: Node = output;
  t.deepEqual(node.shape, [2, 2]);
  t.deepEqual(applyModel(dense(2, 2), rows).extras, []);
  t.end();
});

test("identity: children of a record are called by its names, those of a list by kind and count", (t) => {
  const pair = defModule({
    name: "pair",
    options: () => ({ encoder: sequential(dense(2, 3), dense(3, 1)), decoder: dense(1, 2) }),
    children: (parts) => parts,
    apply: (_, x: Node, { options, call }) => call(options.decoder, call(options.encoder, x)),
  });
  const paths = ["encoder/dense0/w", "encoder/dense1/w", "decoder/w"];
  const made = pair();
  const pathsOf = (model: AnyModule) => model.variables.map(({ path }) => path);
  t.deepEqual(pathsOf(made), paths);
  t.deepEqual(
    pathsOf(sequential(made, pair())),
    ["pair0", "pair1"].flatMap((one) => paths.map((path) => `${one}/${path}`)),
  );
  const frozen = freeze(made, (path) => path.startsWith("encoder/"));
  t.deepEqual(pathsOf(frozen), paths);
  t.deepEqual(
    applyModel(frozen, input("x", [4, 2])).parameters.map(({ path }) => path),
    ["decoder/w"],
  );
  const wrong = defModule({
    name: "wrong",
    children: () => ({ "a/b": dense(1, 1) }),
    apply: (_, x: Node) => x,
  });
  t.throws(
    () => wrong(),
    /wrong, children: names must be parts of paths, without a slash, got "a\/b"; name them/,
  );
  t.end();
});
