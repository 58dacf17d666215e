/** What of the loss reaches a weight past its outputs: the step is −γ(g + λI)⁻¹∇L all the same. */
import {
  abs,
  add,
  affine,
  concat,
  constant,
  grad,
  matmul,
  mean,
  mul,
  type Node,
  reshape,
  scan,
  slice,
  square,
  sum,
  tanh,
  transpose,
  type Variable,
} from "@metrigrad/graph";
import { fullMetrics, linearMetrics, standardMetrics } from "@metrigrad/metric";
import {
  defModule,
  dense,
  glorotUniform,
  type Module,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { type OptimizerContext, rngd } from "../../src/index.ts";
import { byHand } from "../byHand.ts";
import { contextOf, gap, inputs, labels, train } from "../problem.ts";

const [gamma, lambda] = [0.7, 0.2] as const;

/** A weight and a bias that are parameters of their own. */
const apart = defModule({
  name: "apart",
  options: (inner: number, outer: number, bent: boolean) => ({ inner, outer, bent }),
  params: ({ inner, outer }) => ({
    w: param([inner, outer], glorotUniform),
    b: param([outer], zeros, { decay: "none" }),
  }),
  apply: ({ w, b }, x, { options: { bent } }) => {
    const t = add(matmul(x, w), b);
    return { response: bent ? tanh(t) : t, preActivation: t };
  },
});

const tied = () => {
  const w = param([4, 6], glorotUniform);
  const forth = defModule({
    name: "forth",
    params: { w },
    apply: ({ w: own }, x) => matmul(x, own),
  });
  const back = defModule({
    name: "back",
    params: { w },
    apply: ({ w: own }, h) => matmul(tanh(h), transpose(own)),
  });
  return sequential(forth(), back(), dense(4, 3)) as Module;
};

/** Two halves of the inputs, one after the other: h = tanh((x_t, h, 1)W). */
const looped = defModule({
  name: "looped",
  params: { w: param([2 + 4 + 1, 4], glorotUniform) },
  apply: ({ w }, x: Node) => {
    const halves = transpose(reshape(x, [-1, 2, 2]), [1, 0, 2]);
    const cell = (h: Node, half: Node) => {
      return { carry: tanh(affine(concat([half, h], 1), w)), y: [] };
    };
    return scan(cell, mul(x, 0.5), halves).carry;
  },
});

const models: Readonly<Record<string, () => Module>> = {
  "few inputs": () => sequential(dense(4, 5, { activation: "tanh" }), dense(5, 3)) as Module,
  "more inputs than rows": () =>
    sequential(dense(4, 29, { activation: "tanh" }), dense(29, 3)) as Module,
  "weights and biases apart": () => sequential(apart(4, 5, true), apart(5, 3, false)) as Module,
  "a layer used twice": () => {
    const shared = dense(5, 5, { activation: "tanh" });
    return sequential(dense(4, 5), shared, shared, dense(5, 3)) as Module;
  },
  "a layer in a loop": () => sequential(looped(), dense(4, 3)) as Module,
  "tied weights": tied,
};

type Change = (context: OptimizerContext, w: Variable) => Node;

/** What is added to the loss, with the first weight. */
const terms: Readonly<Record<string, Change | null>> = {
  "nothing else": null,
  "an L1 term": (_, w) => mul(sum(abs(w)), 0.05),
  "a second reader": (_, w) => {
    const rows = constant(inputs);
    const wide = concat([rows, rows], 1);
    const [d = 0] = w.shape;
    const t = d === 5 ? affine(rows, w) : matmul(slice(wide, [null, [0, d]]), w);
    return mul(mean(square(sum(t, { axis: 1 }))), 0.1);
  },
  "a term of the hidden layer": ({ applications }) =>
    mul(mean(square(applications[0]?.response as Node)), 0.3),
  "a term of weight and hidden layer": ({ applications }, w) =>
    mul(sum(square(w)), mean(square(applications[0]?.response as Node))),
};

const tables = { linearMetrics, standardMetrics, fullMetrics };

/** `npm test` has every other table with and without L2, in turn from model to model; METRIGRAD_SWEEP=full all of them. */
const whole = process.env.METRIGRAD_SWEEP === "full";

for (const [i, [title, make]] of Object.entries(models).entries()) {
  for (const [j, [term, change]] of Object.entries(terms).entries()) {
    test(`rngd, ${title}, ${term}: the step is −γ(g + λI)⁻¹∇L, with and without L2`, async (t) => {
      for (const [k, [name, table]] of Object.entries(tables).entries()) {
        for (const beta of [0, 0.1]) {
          if (!whole && (i + j + k + (beta === 0 ? 0 : 1)) % 2 === 1) continue;
          const model = make();
          const plain = contextOf(model, beta);
          const w = plain.parameters[0]?.variable as Variable;
          const loss = change === null ? plain.loss : add(plain.loss, change(plain, w));
          const context = { ...plain, loss };
          const settings = { metrics: table, momentum: 0, learningRate: gamma, absolute: lambda };
          const expected = await byHand(
            model,
            context,
            { x: inputs, y: labels },
            { table, gamma, lambda },
          );
          const { parameters } = await train(model, rngd(settings), 1, 1, context);
          for (const [path, value] of expected) {
            const off = gap(parameters.get(path), value);
            t.ok(off < 1e-11, `${name}, L2 ${beta}, ${path}: ${off}`);
          }
          t.ok(expected.size >= 2);
          // The same by the gradient itself.
          const given = grad(
            context.penalty === null ? loss : add(loss, context.penalty.value),
            context.parameters.map(({ variable }) => variable),
          );
          const general = { ...context, gradients: given };
          const other = await train(model, rngd(settings), 1, 1, general);
          for (const path of expected.keys())
            t.ok(
              gap(parameters.get(path), other.parameters.get(path)) < 1e-11,
              `${name}, ${path}: by the gradient`,
            );
        }
      }
    });
  }
}

test("rngd: a layer whose weight the loss reads twice is still solved in the space of its outputs", (t) => {
  const model = models["more inputs than rows"]?.() as Module;
  const plain = contextOf(model);
  const w = plain.parameters[1]?.variable as Variable;
  const solvers = (context: OptimizerContext) =>
    rngd()
      .update(context)
      .at(-1)
      ?.report?.blocks.map(({ solver }) => solver);
  const twice = { ...plain, loss: add(plain.loss, mul(sum(abs(w)), 0.05)) };
  t.equal(solvers(plain)?.[1], "woodbury in the space of outputs");
  t.deepEqual(solvers(twice), solvers(plain));
  t.end();
});

test("rngd: a product that the loss reads without its bias", async (t) => {
  const bare = defModule({
    name: "bare",
    params: { w: param([4, 3], glorotUniform), b: param([3], zeros, { decay: "none" }) },
    apply: ({ w, b }, x) => {
      const product = matmul(x, w);
      return { response: add(product, b), extras: { product } };
    },
  });
  for (const beta of [0, 0.1]) {
    const model = bare() as unknown as Module;
    const plain = contextOf(model, beta);
    const [consumer] = plain.applications[0]?.uses[0]?.consumers ?? [];
    const product = consumer?.[0] as Node;
    const loss = add(plain.loss, mul(mean(square(product)), 0.3));
    const context = { ...plain, loss };
    const settings = { momentum: 0, learningRate: gamma, absolute: lambda };
    const hand = { table: linearMetrics, gamma, lambda };
    const expected = await byHand(model, context, { x: inputs, y: labels }, hand);
    const { parameters } = await train(model, rngd(settings), 1, 1, context);
    for (const [path, value] of expected) {
      const off = gap(parameters.get(path), value);
      t.ok(off < 1e-11, `L2 ${beta}, ${path}: ${off}`);
    }
  }
});

test("rngd: a weight and a bias apart with L2, worked out in plain JavaScript", async (t) => {
  const model = apart(4, 3, false) as unknown as Module;
  const beta = 0.3;
  const { parameters } = await train(
    model,
    rngd({ momentum: 0, learningRate: gamma, absolute: lambda }),
    1,
    1,
    contextOf(model, beta),
  );
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const w = Matrix.from1DArray(4, 3, [...(await store.read("w")).data()]);
  await backend.close();
  const x = Matrix.from1DArray(12, 4, [...inputs.data()]);
  const rows = x.clone().addColumn(4, new Array<number>(12).fill(1));
  const errors = new Matrix(
    x
      .mmul(w)
      .to2DArray()
      .map((line, s) => {
        const total = line.reduce((all, value) => all + Math.exp(value), 0);
        return line.map((value, k) => Math.exp(value) / total - (labels.data()[s] === k ? 1 : 0));
      }),
  );
  const slope = rows.transpose().mmul(errors).div(12);
  // L2 acts on the weight, not on the bias.
  slope.setSubMatrix(Matrix.add(slope.subMatrix(0, 3, 0, 2), Matrix.mul(w, beta)), 0, 0);
  const g = rows.transpose().mmul(rows).div(12).add(Matrix.eye(5).mul(lambda));
  const step = solve(g, slope).mul(gamma);
  const expected = Matrix.sub(w, step.subMatrix(0, 3, 0, 2)).to1DArray();
  t.ok(gap(parameters.get("w"), expected) < 1e-12, "w");
  t.ok(
    gap(
      parameters.get("b"),
      step.getRow(4).map((value) => -value),
    ) < 1e-12,
    "b",
  );
});
