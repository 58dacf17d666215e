/** How parameters act, as the graph shows it. */
import {
  add,
  augment,
  constant,
  gather,
  grad,
  input,
  isVariable,
  matmul,
  mul,
  type Node,
  relu,
  reshape,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  type AffineUse,
  type AnyModule,
  type Application,
  applyModel,
  batchNorm,
  columnsOf,
  conv2d,
  convTranspose2d,
  defModule,
  dense,
  layerNorm,
  outputRows,
  type ParameterSpec,
  param,
  repeat,
  sampleSums,
  sequential,
  type Use,
  zeros,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

/** Applications of a model on an input [5, 3], or of another shape. */
function applied(model: AnyModule, shape: readonly number[] = [5, 3]): readonly Application[] {
  return applyModel(model as never, input("x", shape)).applications;
}

/** The uses in a model's only application. */
function usesIn(model: AnyModule, shape?: readonly number[]): readonly Use[] {
  const applications = applied(model, shape);
  if (applications.length !== 1) throw new Error(`${applications.length} applications`);
  return applications[0]?.uses ?? [];
}

/** A use in a line: kind, parameters by their names, and shapes. */
function line(use: Use, { params }: Pick<Application, "params">): string {
  const nameOf = (node: Node) =>
    Object.entries(params).find(([, variable]) => variable === node)?.[0] ?? "?";
  const shape = (node: Node | null) => (node === null ? "null" : `[${node.shape}]`);
  const parameters = use.parameters.map(nameOf).join(" ");
  const who = use.consumers.map(([node, position]) => `${node.op.name}:${position}`).join(" ");
  const head = `${use.kind} ${parameters}`;
  if (use.kind === "affine") {
    const { rows, outputs, bias, transposed } = use;
    const how = `${bias ? " bias" : ""}${transposed ? " transposed" : ""}`;
    return `${head}${how}: ${shape(rows)} -> ${shape(outputs)}, ${who}`;
  }
  if (use.kind === "free") return `${head}, ${who}`;
  if (use.kind === "copies") {
    const kinds = use.each.map((copy) => `${copy.use.kind} ${copy.response.op.name}`);
    return `${head}: ${kinds.join(", ")} -> ${shape(use.stack)}, ${who}`;
  }
  const { outputs } = use;
  const from = use.kind === "lookup" ? use.indices : use.rows;
  return `${head}: ${shape(from)} -> ${shape(outputs)}, ${who}`;
}

const linesOf = (model: AnyModule, shape?: readonly number[]) =>
  applied(model, shape).map((one) => one.uses.map((use) => line(use, one)));

/** A module with these parameters and response. */
const moduleOf = (
  params: Readonly<Record<string, readonly number[]>>,
  apply: (params: Readonly<Record<string, Node>>, x: Node) => Node | readonly Node[],
) =>
  defModule({
    name: "own",
    params: Object.fromEntries(
      Object.entries(params).map(([name, shape]) => [name, param(shape, zeros)]),
    ) as Readonly<Record<string, ParameterSpec>>,
    apply: (bound, x: Node) => apply(bound, x),
  })();

test("uses: dense is affine with the bias in its weight", (t) => {
  const [use] = usesIn(dense(3, 2, { activation: "tanh" })) as [Use & AffineUse];
  const [application] = applied(dense(3, 2, { activation: "tanh" }));
  t.deepEqual(linesOf(dense(3, 2)), [["affine w bias: [5,3] -> [5,2], affine:1"]]);
  t.equal(use.outputs, use.product);
  t.notEqual(application?.preActivation, application?.response);
  const [own] = (application?.uses ?? []) as [Use & AffineUse];
  t.equal(own.outputs, application?.preActivation, "what the activation was applied to");
  t.equal(own.rows, application?.reference);
  t.end();
});

test("uses: a convolution is affine on its patches, in the order of samples and places", async (t) => {
  const use = "affine w bias: [20,12] -> [20,4], affinePatches:1";
  const model = conv2d(3, 4, 2, { activation: relu });
  t.deepEqual(linesOf(model, [5, 3, 3, 3]), [[use]]);
  const grouped = "grouped w: [20,2,4] -> [20,4], affinePatches:1";
  t.deepEqual(linesOf(conv2d(2, 4, 2, { groups: 2 }), [5, 2, 3, 3]), [[grouped]]);
  const image = constant(
    tensor([
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
    ]),
  );
  const layer = conv2d(1, 2, 2, { init: () => [1, 0, 10, 0, 100, 0, 1000, 1] });
  const up = convTranspose2d(1, 1, [1, 2], { stride: [1, 2], init: () => [1, 10] });
  for (const [one, rows, values] of [
    [layer, [1, 2, 4, 5, 2, 3, 5, 6], [5421, 5, 6532, 6]],
    // A place meets one element of x, by one of the two taps.
    [
      up,
      [1, 0, 0, 1, 2, 0, 0, 2, 3, 0, 0, 3, 4, 0, 0, 4, 5, 0, 0, 5, 6, 0, 0, 6],
      [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60],
    ],
  ] as const) {
    const [application] = applyModel(one as never, image).applications;
    const [found] = (application?.uses ?? []) as [Use & AffineUse];
    const read = await evaluate([found.rows, outputRows(found)], { owner: one });
    t.deepEqual([...(read[0]?.data() ?? [])], rows, "rows");
    t.deepEqual([...(read[1]?.data() ?? [])], values, "outputs");
  }
});

test("uses: dense on [n, T, d] has the rows of all positions", async (t) => {
  t.deepEqual(linesOf(dense(3, 2), [5, 4, 3]), [["affine w bias: [20,3] -> [20,2], affine:1"]]);
  t.deepEqual(linesOf(dense(3, 2, { activation: relu }), [5, 2, 4, 3]), [
    ["affine w bias: [40,3] -> [40,2], affine:1"],
  ]);
  const series = constant(
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]),
  );
  const { applications } = applyModel(dense(2, 1), series);
  const [use] = (applications[0]?.uses ?? []) as [Use & AffineUse];
  t.deepEqual(await numbers(use.rows), [1, 2, 3, 4, 5, 6, 7, 8]);
  t.deepEqual(await numbers(sampleSums(use.rows, 2)), [4, 6, 12, 14], "summed over positions");
  t.deepEqual(await numbers(sampleSums(use.rows, 2, 1)), [6, 8, 10, 12], "n apart");
  t.equal(sampleSums(use.rows, 4), use.rows);
  t.end();
});

test("uses: gradients of what is on the way to the loss give those of the weights", async (t) => {
  // ∂/∂W = X̃'∂/∂T, with X̃ and T of the use.
  const init = ({ shape }: { readonly shape: readonly number[] }) => waves(shape);
  const linear = defModule({
    name: "linear",
    params: { b: param([2], init), w: param([3, 2], init) },
    apply: ({ b, w }, x) => add(matmul(x, w), b),
  });
  const model = sequential(dense(2, 3, { activation: "tanh", init }), linear());
  const x = constant(tensor(waves([4, 2]), { shape: [4, 2] }));
  const { output, applications } = applyModel(model, x);
  const loss = sum(square(add(output, 1)));
  t.equal(applications.length, 2);
  for (const { uses } of applications) {
    t.equal(uses.length, 1);
    const [use] = uses as [Use & AffineUse];
    const bars = grad(loss, use.outputs);
    const rows = use.parameters.length === 1 ? augment(use.rows) : use.rows;
    const made = matmul(transpose(rows), bars);
    const [got, expected] = await evaluate([made, grad(loss, use.parameters[0])], {
      owner: model,
    });
    t.ok(gap(got?.data() ?? [], expected?.data() ?? []) < 1e-12);
    t.ok(Array.from(got?.data() ?? []).some((value) => Math.abs(value) > 1e-3));
  }
});

const waves = (shape: readonly number[]) =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.3 * i + 0.4));

test("uses: a weight and a bias of its own are one use, in whatever order they stand", (t) => {
  const response = ({ w, b }: Readonly<Record<string, Node>>, x: Node) =>
    relu(add(matmul(x, w as Node), b as Node));
  const expected = ["affine w b bias: [5,3] -> [5,2], matmul:1 add:1"];
  t.deepEqual(linesOf(moduleOf({ w: [3, 2], b: [2] }, response)), [expected]);
  t.deepEqual(linesOf(moduleOf({ b: [2], w: [3, 2] }, response)), [expected]);
  const swapped = moduleOf({ w: [3, 2], b: [2] }, ({ w, b }, x) =>
    add(b as Node, matmul(x, w as Node)),
  );
  t.deepEqual(linesOf(swapped), [["affine w b bias: [5,3] -> [5,2], matmul:1 add:0"]]);
  const [use] = usesIn(swapped) as [Use & AffineUse];
  t.notEqual(use.product, use.outputs);
  t.deepEqual(use.product.shape, [5, 2]);
  t.end();
});

test("uses: a bias after a reshape belongs to the product", (t) => {
  const model = moduleOf({ w: [3, 2], b: [2] }, ({ w, b }, x) => {
    const tall = matmul(reshape(x, [20, 3]), w as Node);
    return add(reshape(tall, [5, 4, 2]), b as Node);
  });
  t.deepEqual(linesOf(model, [5, 4, 3]), [["affine w b bias: [20,3] -> [5,4,2], matmul:1 add:1"]]);
  const [use] = usesIn(model, [5, 4, 3]) as [Use & AffineUse];
  t.deepEqual(outputRows(use).shape, [20, 2], "as rows");
  const [flat] = usesIn(dense(3, 2)) as [Use & AffineUse];
  t.equal(outputRows(flat), flat.outputs);
  t.end();
});

test("uses: a product that goes elsewhere too has no bias", (t) => {
  const used = moduleOf({ w: [3, 2], b: [2] }, ({ w, b }, x) => {
    const product = matmul(x, w as Node);
    return add(square(product), add(product, b as Node));
  });
  const apart = ["affine w: [5,3] -> [5,2], matmul:1", "scale b: null -> [5,2], add:1"];
  t.deepEqual(linesOf(used), [apart]);
  const both = moduleOf({ w: [3, 2], b: [2] }, ({ w, b }, x) => {
    const product = matmul(x, w as Node);
    return [product, add(product, b as Node)];
  });
  t.deepEqual(linesOf(both), [apart], "it is a response itself");
  t.end();
});

test("uses: a bias that acts elsewhere too has two uses", (t) => {
  const model = moduleOf({ w: [3, 2], b: [2] }, ({ w, b }, x) =>
    add(add(matmul(x, w as Node), b as Node), sum(square(b as Node))),
  );
  t.deepEqual(linesOf(model), [
    ["affine w b bias: [5,3] -> [5,2], matmul:1 add:1", "free b, square:0"],
  ]);
  t.end();
});

test("uses: transposed weights, also tied to a layer before", async (t) => {
  const byNode = moduleOf({ w: [2, 3] }, ({ w }, x) => matmul(x, transpose(w as Node)));
  const byOption = moduleOf({ w: [2, 3] }, ({ w }, x) =>
    matmul(x, w as Node, { transposeB: true }),
  );
  for (const model of [byNode, byOption]) {
    t.deepEqual(linesOf(model), [["affine w transposed: [5,3] -> [5,2], transpose:0"]]);
  }
  const tied = moduleOf({ w: [3, 2] }, ({ w }, x) =>
    matmul(relu(matmul(x, w as Node)), transpose(w as Node)),
  );
  t.deepEqual(linesOf(tied), [
    ["affine w: [5,3] -> [5,2], matmul:1", "affine w transposed: [5,2] -> [5,3], transpose:0"],
  ]);
  const [use] = usesIn(byNode) as [Use & AffineUse];
  t.deepEqual(columnsOf(use).shape, [3, 2]);
  t.deepEqual(outputRows(use).shape, [5, 2]);
  const [straight] = usesIn(tied) as [Use & AffineUse];
  t.equal(columnsOf(straight), straight.parameters[0]);
  const shared = moduleOf({ w: [3, 3] }, ({ w }, x) => {
    const columns = transpose(w as Node);
    return matmul(matmul(x, columns), columns);
  });
  t.deepEqual(linesOf(shared), [["free w, transpose:0"]], "a transpose that is read twice");
  t.end();
});

test("uses: an embedding is a lookup", (t) => {
  const embedding = defModule({
    name: "embedding",
    params: { table: param([7, 4], zeros) },
    apply: ({ table }, ids: Node) => gather(table, ids),
  });
  const { applications } = applyModel(embedding(), input("ids", [5], "i32"));
  const [application] = applications as [Application];
  t.deepEqual(
    application.uses.map((use) => line(use, application)),
    ["lookup table: [5] -> [5,4], gather:0"],
  );
  t.end();
});

test("uses: scale and shift per feature", (t) => {
  t.deepEqual(linesOf(batchNorm(3)), [["scale scale offset: [5,3] -> [5,3], mul:1 add:1"]]);
  const scaled = moduleOf({ gain: [3] }, ({ gain }, x) => mul(gain as Node, x));
  t.deepEqual(linesOf(scaled), [["scale gain: [5,3] -> [5,3], mul:0"]]);
  const shifted = moduleOf({ by: [3] }, ({ by }, x) => add(x, by as Node));
  t.deepEqual(linesOf(shifted), [["scale by: null -> [5,3], add:1"]]);
  const backwards = moduleOf({ by: [3], gain: [3] }, ({ by, gain }, x) =>
    add(mul(x, gain as Node), by as Node),
  );
  t.deepEqual(linesOf(backwards), [["scale gain by: [5,3] -> [5,3], mul:1 add:1"]]);
  t.deepEqual(linesOf(backwards, [5, 4, 3]), [["scale gain by: [20,3] -> [5,4,3], mul:1 add:1"]]);
  const positions = moduleOf({ gain: [4, 3] }, ({ gain }, x) => mul(x, gain as Node));
  t.deepEqual(linesOf(positions, [5, 4, 3]), [["scale gain: [5,12] -> [5,4,3], mul:1"]]);
  const [use] = usesIn(backwards) as [Use];
  if (use.kind !== "scale") throw new Error(use.kind);
  t.deepEqual([use.scale, use.shift], [...use.parameters]);
  t.end();
});

test("uses: other ways of acting are free", (t) => {
  const ways: Readonly<Record<string, (a: Node, x: Node) => Node>> = {
    "square:0": (a, x) => add(x, square(a)),
    "sum:0": (a, x) => mul(x, sum(a)),
    "matmul:0": (a, x) => matmul(reshape(a, [1, 3]), transpose(x)),
  };
  for (const [consumer, way] of Object.entries(ways)) {
    const [uses] = linesOf(moduleOf({ a: [3] }, ({ a }, x) => way(a as Node, x)));
    t.equal(uses?.length, 1);
    t.match(uses?.[0] ?? "", /^free a, /, consumer);
  }
  const left = moduleOf({ w: [4, 5] }, ({ w }, x) => matmul(w as Node, x));
  t.deepEqual(linesOf(left), [["free w, matmul:0"]]);
  const stack = moduleOf({ w: [2, 3, 2] }, ({ w }, x) => matmul(x, w as Node));
  t.match(linesOf(stack)[0]?.[0] ?? "", /^free w, /, "a stack of matrices");
  const unused = moduleOf({ w: [2] }, (_, x) => square(x));
  t.deepEqual(linesOf(unused), [[]], "a parameter that is not used");
  t.end();
});

test("uses: a weight with another reader has a use for each", (t) => {
  const model = moduleOf({ w: [3, 2] }, ({ w }, x) =>
    add(matmul(x, w as Node), sum(square(w as Node))),
  );
  t.deepEqual(linesOf(model), [["affine w: [5,3] -> [5,2], matmul:1", "free w, square:0"]]);
  const itself = moduleOf({ w: [3, 3] }, ({ w }, x) => matmul(x, mul(w as Node, w as Node)));
  t.deepEqual(linesOf(itself), [["free w, mul:0 mul:1"]], "both places");
  t.end();
});

test("uses: rows of a weight that is made of parameters are no samples", (t) => {
  const lowRank = moduleOf({ a: [3, 1], b: [1, 2] }, ({ a, b }, x) =>
    matmul(x, matmul(a as Node, b as Node)),
  );
  t.deepEqual(linesOf(lowRank), [["free a, matmul:0", "free b, matmul:1"]]);
  const inTurn = moduleOf({ a: [3, 1], b: [1, 2] }, ({ a, b }, x) =>
    matmul(matmul(x, a as Node), b as Node),
  );
  t.deepEqual(linesOf(inTurn), [
    ["affine a: [5,3] -> [5,1], matmul:1", "affine b: [5,1] -> [5,2], matmul:1"],
  ]);
  const normed = moduleOf({ v: [3, 2], g: [2] }, ({ v, g }, x) =>
    matmul(x, mul(v as Node, g as Node)),
  );
  t.deepEqual(linesOf(normed), [["free v, mul:0", "free g, mul:1"]]);
  const moved = moduleOf({ v: [3, 2], g: [2] }, ({ v, g }, x) =>
    matmul(x, add(v as Node, g as Node)),
  );
  t.deepEqual(linesOf(moved), [["free v, add:0", "free g, add:1"]]);
  const positions = moduleOf({ table: [5, 3] }, ({ table }, x) =>
    add(x, gather(table as Node, constant(tensor(Int32Array.of(0, 1, 2, 3, 4))))),
  );
  t.deepEqual(linesOf(positions), [["free table, gather:0"]]);
  t.end();
});

test("uses: every consumer reads the parameter at the place that it says", (t) => {
  const models = [
    dense(3, 2),
    batchNorm(3),
    moduleOf({ b: [2], w: [3, 2] }, ({ b, w }, x) => add(matmul(x, w as Node), b as Node)),
    moduleOf({ w: [2, 3] }, ({ w }, x) => matmul(x, transpose(w as Node))),
    moduleOf({ w: [3, 3] }, ({ w }, x) => matmul(x, mul(w as Node, w as Node))),
  ];
  for (const use of models.flatMap((model) => usesIn(model))) {
    const read = use.consumers.map(([node, position]) => node.inputs[position] as Node);
    t.ok(read.every((node) => isVariable(node)));
    t.deepEqual([...new Set(read)], [...use.parameters], use.kind);
  }
  t.end();
});

test("uses: nested modules have their own", (t) => {
  const inner = dense(3, 3);
  const outer = defModule({
    name: "outer",
    params: { gain: param([3], zeros) },
    children: () => [inner],
    apply: ({ gain }, x: Node, { call }) => mul(call(inner, x), gain),
  });
  const applications = applied(outer());
  t.deepEqual(
    applications.map(({ path }) => path),
    ["dense0", ""],
  );
  t.deepEqual(
    applications.map((one) => one.uses.map((use) => line(use, one))),
    [["affine w bias: [5,3] -> [5,3], affine:1"], ["scale gain: [5,3] -> [5,3], mul:1"]],
  );
  t.end();
});

test("uses: a module that is called twice has an application for each", (t) => {
  const shared = dense(3, 3);
  const applications = applied(sequential(shared, shared));
  t.equal(applications.length, 2);
  const [first, second] = applications.map(({ uses }) => uses[0] as Use & AffineUse) as [
    Use & AffineUse,
    Use & AffineUse,
  ];
  t.deepEqual(
    applications.map(({ uses }) => uses.length),
    [1, 1],
  );
  t.equal(first.parameters[0], second.parameters[0]);
  t.equal(second.rows, first.outputs);
  t.notEqual(first.consumers[0]?.[0], second.consumers[0]?.[0]);
  t.end();
});

test("uses: copies in a loop act each for itself, as their module alone does", (t) => {
  const inner = sequential(dense(2, 3, { activation: "tanh" }), layerNorm(3), dense(3, 2));
  // Three numbers of the norm are inputs of the loop too, before the carry and the stacked parameters.
  t.deepEqual(linesOf(repeat(inner, 2) as AnyModule, [5, 2]), [
    [
      "copies dense0/w: affine tanh, affine tanh -> [2,5,3], loop:4",
      "copies layerNorm0/scale layerNorm0/offset: scale reshape, scale reshape -> [2,5,3], loop:5 loop:6",
      "copies dense1/w: affine reshape, affine reshape -> [2,5,2], loop:7",
    ],
  ]);
  t.end();
});
