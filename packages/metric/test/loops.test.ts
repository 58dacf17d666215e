/** Uses in loops: a scan and the unrolled graph have the same uses, gradients and metric. */
import {
  add,
  affine,
  compile,
  constant,
  cutEdges,
  gather,
  grad,
  matmul,
  mul,
  type Node,
  reshape,
  samplesMixed,
  scan,
  slice,
  square,
  stack,
  sum,
  tanh,
  transpose,
} from "@metrigrad/graph";
import { applyModel, defModule, glorotUniform, param, type Use, zeros } from "@metrigrad/nn";
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  checkMetric,
  fullMetrics,
  linearMetrics,
  linearRows,
  type MetricTable,
  metrics,
  neuronRows,
  rfim,
  standardMetrics,
} from "../src/index.ts";
import { drawnOf } from "./support/draws.ts";
import { gap } from "./support/evaluate.ts";

const [n, T, d, h] = [3, 4, 2, 3] as const;

const params = () => ({
  w: param([d + 1, h], glorotUniform),
  u: param([h, h], glorotUniform),
  c: param([h], zeros),
});
type Params = { readonly w: Node; readonly u: Node; readonly c: Node };

const first = tensor([
  [0.1, 0.2, 0.3],
  [0.4, 0.5, 0.6],
]);
const at = (x: Node, t: number) => reshape(slice(x, [null, [t, t + 1]]), [n, d]);
const next = ({ w, u, c }: Params, state: Node, one: Node) =>
  tanh(add(affine(one, w), add(matmul(state, u), c)));

/** tanh(x̃_t W + h_{t−1}U + c), as one loop. */
const looped = defModule({
  name: "looped",
  options: () => ({}),
  params,
  apply: (own: Params, x: Node) => {
    const cell = (state: Node, one: Node) => {
      const made = next(own, state, one);
      return { carry: made, y: made };
    };
    const { ys } = scan(cell, matmul(at(x, 0), first), transpose(x, [1, 0, 2]));
    return transpose(ys, [1, 0, 2]);
  },
});

/** The same, turn by turn. */
const unrolled = defModule({
  name: "unrolled",
  options: () => ({}),
  params,
  apply: (own: Params, x: Node) => {
    const states: Node[] = [];
    for (let t = 0; t < T; t++) {
      states.push(next(own, states.at(-1) ?? matmul(at(x, 0), first), at(x, t)));
    }
    return transpose(stack(states), [1, 0, 2]);
  },
});

/** Reads U in a product and by itself: in a turn it acts in two ways. */
const twice = defModule({
  name: "twice",
  options: () => ({}),
  params,
  apply: ({ u }: Params, x: Node) => {
    const cell = (state: Node, _: null, turn: Node) => {
      const made = tanh(add(matmul(state, u), gather(u, turn)));
      return { carry: made, y: made };
    };
    return scan(cell, matmul(at(x, 0), first), null, { turns: T }).carry;
  },
});

const x = drawnOf("x", n, T, d);

function usesOf(model: ReturnType<typeof looped>): readonly Use[] {
  const { applications } = applyModel(model, constant(x));
  return applications[0]?.uses ?? [];
}

test("loops: one use with the rows of all turns stands for a use per turn", (t) => {
  const shown = usesOf(looped()).map((use) => {
    const rows = use.kind === "affine" ? use.rows.shape : null;
    return [use.kind, use.parameters.map(({ shape }) => shape.join("×")).join(), rows, use.looped];
  });
  t.deepEqual(shown, [
    ["affine", "3×3", [n * T, d], true],
    ["affine", "3×3,3", [n * T, h], true],
  ]);
  t.equal(usesOf(unrolled()).length, 2 * T);
  t.deepEqual(
    usesOf(twice()).map(({ kind }) => kind),
    ["free"],
    "what acts in two ways in a turn is no use",
  );
  t.end();
});

const tables: Readonly<Record<string, MetricTable>> = {
  linear: linearMetrics,
  standard: standardMetrics,
  full: fullMetrics,
  "K-FAC": metrics.kfac(),
  EKFAC: metrics.ekfac(),
  diagonal: metrics.diagonal(),
};

test("loops: the metric of a scan is that of the unrolled graph, by every table", async (t) => {
  const backend = await reference();
  for (const [name, table] of Object.entries(tables)) {
    const matrices = await Promise.all(
      [looped(), unrolled()].map(async (model) => {
        const store = await backend.store(model, { float: "f64" });
        for (const { path, spec } of store.variables) {
          await store.write(path, drawnOf(path, ...spec.shape));
        }
        const { blocks } = await rfim(model, x, { store, metrics: table });
        return Promise.all(blocks.map((block) => block.toDense()));
      }),
    );
    const [one, other] = matrices as [Tensor[], Tensor[]];
    t.equal(one.length, 2, name);
    for (const [k, matrix] of one.entries()) {
      const off = gap(matrix.data(), (other[k] as Tensor).data());
      t.ok(off < 1e-12, `${name}, block ${k}: ${off}`);
    }
  }
});

test("loops: rows of uses in a loop agree with J'FJ of the rows as they are", async (t) => {
  for (const row of [linearRows(), linearRows({ sharing: "reduce" }), neuronRows()]) {
    const report = await checkMetric(row, { module: looped(), inputs: x });
    t.ok(report.passed, report.checks.map(({ detail }) => detail).join("; "));
  }
});

test("loops: gradients by the outputs of all turns, and of what does not pass through them", async (t) => {
  const model = looped();
  const store = await (await reference()).store(model, { float: "f64" });
  const { output, applications } = applyModel(model, constant(x));
  const loss = sum(square(output));
  const [use] = applications[0]?.uses ?? [];
  if (use?.kind !== "affine") throw new Error("no affine use");
  const [w] = use.parameters;
  // dW = X̃'∂L/∂T over all turns.
  const cotangent = reshape(grad(loss, use.outputs), [n * T, h]);
  const rows = matmul(use.rows, cotangent, { transposeA: true });
  const [dw] = [grad(loss, w)];
  const [past] = cutEdges([loss], use.consumers) as [Node];
  const rest = grad(past, w, { unused: "zero" });
  const program = await compile({ outputs: [dw, rows, rest] }, store);
  const values = await Promise.all((await program.run()).map((handle) => handle.read()));
  const [all, product, none] = values as [Tensor, Tensor, Tensor];
  const top = tensor(all.data().slice(0, d * h), { shape: [d, h] });
  t.ok(
    gap(product.data(), top.data()) < 1e-12,
    "the product of rows and cotangents is the gradient",
  );
  t.ok(
    none.data().every((value) => value === 0),
    "nothing passes by",
  );
});

test("loops: samples keep apart in a loop over time, and meet in a loop over samples", (t) => {
  const input = constant(x);
  const cell = (state: Node, one: Node) => ({ carry: add(state, one), y: state });
  const time = transpose(input, [1, 0, 2]);
  const apart = scan(cell, mul(sum(time, { axis: 0 }), 0), time);
  t.equal(samplesMixed([apart.ys, apart.carry], [input], n), null);
  const over = scan(cell, constant(tensor(new Float64Array(T * d), { shape: [T, d] })), input);
  t.equal(samplesMixed([over.ys], [input], n)?.how, "loop over the samples");
  t.end();
});
