/** K-FAC of weights that reach what is observed through derivatives by the inputs, against plain numbers. */
import {
  add,
  compile,
  constant,
  grad,
  laplacian,
  matmul,
  type Node,
  partial,
  slice,
  sum,
  tanh,
  variable,
} from "@metrigrad/graph";
import {
  type Block,
  diagonalMetrics,
  ekfacMetrics,
  kfacMetrics,
  type MetricTable,
  observedMetrics,
  subsystems,
} from "@metrigrad/metric";
import {
  type AnyModule,
  applierOf,
  defModule,
  dense,
  gaussian,
  param,
  sequential,
  weightNorm,
  zeros,
} from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { withStore } from "../support/dense.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

type Field = (x: Node) => Node;
type Observe = (u: Field, observe: (value: Node, weight?: number) => void) => void;

const sigma = 0.5;
const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 1));
const values = { "dense0/w": matrixOf("w", 3, 3, 0.8), "dense1/w": matrixOf("c", 4, 1, 0.8) };
const inside = matrixOf("x", 4, 2);
const edge = matrixOf("z", 3, 2);

/** The blocks of a model of which some values are observed. */
function blocksOf(observing: Observe, metrics: MetricTable, net: AnyModule = model) {
  const applier = applierOf({ mode: "train", rowWeights: null, pathOf: () => null });
  const u: Field = (at) => applier.apply(net, at).response as Node;
  observing(u, (value, weight = 1) => applier.observe(value, gaussian({ sigma }), weight));
  const { applications, parameters } = applier;
  const variables = parameters.map(({ variable }) => variable);
  return subsystems(applications, metrics, variables);
}

async function denseOf(observing: Observe, metrics: MetricTable, net: AnyModule = model) {
  const given = net === model ? values : {};
  return withStore(net, given, async (store) => {
    const found: Record<string, Matrix> = {};
    for (const { names, block } of blocksOf(observing, metrics, net)) {
      const program = await compile({ outputs: (block as Block).toDense() }, store);
      found[names.join(" + ")] = asMatrix(await (await program.run()).read());
    }
    return found;
  });
}

const node = (rows: Matrix) => constant(asTensor(rows));
/** Δu + u inside, and u at the edge, which counts ten times. */
const poisson: Observe = (u, observe) => {
  const x = node(inside);
  observe(add(laplacian(u, x), u(x)));
  observe(u(node(edge)), 10);
};

/** Δu + u of a sample by what its layer comes to: z, ∂z/∂x₀ and ∂z/∂x₁ one after the other. */
function residual(streams: readonly number[]): number {
  const c = values["dense1/w"].getColumn(0);
  return [0, 1, 2].reduce((total, j) => {
    const [z, zx, zy] = [0, 3, 6].map((at) => streams[at + j] as number) as [
      number,
      number,
      number,
    ];
    const t = Math.tanh(z);
    return total + (c[j] as number) * (-2 * t * (1 - t * t) * (zx * zx + zy * zy) + t);
  }, c[3] as number);
}

/** Derivatives by each stream, by central differences: [3 streams][3 units]. */
function cotangents(of: (streams: readonly number[]) => number, at: readonly number[]): number[][] {
  const h = 1e-4;
  const by = at.map((value, i) => {
    const moved = (step: number) => of(at.with(i, value + step));
    return (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
  });
  return [by.slice(0, 3), by.slice(3, 6), by.slice(6, 9)];
}

const outer = (row: readonly number[]) => {
  const column = Matrix.columnVector([...row]);
  return column.mmul(column.transpose());
};

/** A and G of both layers by loops over samples and uses. */
function factors() {
  const w = values["dense0/w"];
  const c = values["dense1/w"].getColumn(0);
  const sums = [3, 4].map((d, layer) => ({
    a: Matrix.zeros(d, d),
    g: Matrix.zeros(layer === 0 ? 3 : 1, layer === 0 ? 3 : 1),
    rows: 0,
  }));
  const put = (layer: number, share: number, x: readonly number[], delta: readonly number[]) => {
    const sum = sums[layer] as (typeof sums)[number];
    sum.a.add(outer(x).mul(share));
    sum.g.add(outer(delta).mul(share / sigma ** 2));
    sum.rows += share;
  };
  const slopes = [0, 1].map((i) => w.getRow(i));
  for (const x of augmented(inside).to2DArray()) {
    const share = 1 / inside.rows;
    const z = Matrix.rowVector(x).mmul(w).getRow(0);
    const [first, ...derivatives] = cotangents(residual, [z, ...slopes].flat());
    put(0, share, x, first as number[]);
    for (const [i, delta] of derivatives.entries())
      put(0, share, i === 0 ? [1, 0, 0] : [0, 1, 0], delta);
    const h = z.map(Math.tanh);
    const bent = h.map((t, j) => {
      const squares = slopes.reduce((total, slope) => total + (slope[j] as number) ** 2, 0);
      return -2 * t * (1 - t * t) * squares;
    });
    put(1, share, [...h, 1], [1]);
    put(1, share, [...bent, 0], [1]);
  }
  for (const x of augmented(edge).to2DArray()) {
    const share = 10 / edge.rows;
    const h = Matrix.rowVector(x).mmul(w).getRow(0).map(Math.tanh);
    const delta = h.map((t, j) => (c[j] as number) * (1 - t * t));
    put(0, share, x, delta);
    put(1, share, [...h, 1], [1]);
  }
  return sums.map(({ a, g, rows }) => ({ a: a.div(rows), g }));
}

test("kfacMetrics: all uses of a weight on the way to a residual with derivatives", async (t) => {
  const blocks = await denseOf(poisson, kfacMetrics());
  for (const [at, { a, g }] of factors().entries()) {
    const expected = a.kroneckerProduct(g).to1DArray();
    const off = gap(blocks[`dense${at}/w`]?.to1DArray() ?? [], expected);
    t.ok(off < 1e-9, `${off}`);
  }
  const [first] = blocksOf(poisson, kfacMetrics());
  t.equal(first?.block?.kind, "kronecker");
  t.match(first?.source ?? "", /by every use/);
  t.deepEqual(
    first?.responses().map(({ natural }) => natural.shape),
    [
      [4, 1],
      [3, 1],
    ],
  );
  t.ok((first?.rows?.work ?? 0) > 0 && (first?.block?.rowFloats ?? 0) > 0);
});

test("kfacMetrics: with one use it is what it is without derivatives", async (t) => {
  const x = node(inside);
  const once: Observe = (u, observe) => observe(u(x));
  const plain = await denseOf(once, kfacMetrics());
  // The same points as two parts of different sizes, of weights that make them one mean.
  const halves: Observe = (u, observe) => {
    observe(u(slice(x, [[0, 1]])), 1 / 4);
    observe(u(slice(x, [[1, 4]])), 3 / 4);
  };
  t.match(blocksOf(halves, kfacMetrics())[0]?.source ?? "", /by every use/);
  t.notOk(/by every use/.test(blocksOf(once, kfacMetrics())[0]?.source ?? "by every use"));
  const parts = await denseOf(halves, kfacMetrics());
  for (const name of Object.keys(values)) {
    t.ok(gap(parts[name]?.to1DArray() ?? [], plain[name]?.to1DArray() ?? []) < 1e-13, name);
  }
});

test("kfacMetrics: exact where a weight has one use and one sample", async (t) => {
  // A derivative reaches the last layer by its own stream alone.
  const point = node(inside.subMatrix(0, 0, 0, 1));
  const single: Observe = (u, observe) => observe(partial(u, point, [1]));
  const name = "dense1/w";
  const found = (await denseOf(single, kfacMetrics()))[name];
  const exact = (await denseOf(single, observedMetrics("module")))[name];
  t.ok((exact?.trace() ?? 0) > 0.01);
  t.ok(gap(found?.to1DArray() ?? [], exact?.to1DArray() ?? []) < 1e-13);
});

test("kfacMetrics: weights that act transposed too have a product for each way", async (t) => {
  const column = (value: Node, at: number) => slice(value, [null, [at, at + 1]]);
  const slope: Observe = (u, observe) => {
    const x = node(inside);
    observe(column(grad(sum(u(x)), x), 0));
  };
  const blocks = blocksOf(slope, kfacMetrics());
  t.deepEqual(
    blocks.map(({ block }) => block?.kind),
    ["sum", "kronecker"],
  );
  // ∂u/∂x₀ = Σ_j W_0j t_j'c_j: W' acts on t'c with cotangents e₀, and z = x̃W has cotangents W_0j c_j t_j''.
  const [w, c] = [values["dense0/w"], values["dense1/w"].getColumn(0)];
  const [a, g, right] = [3, 3, 3].map((size) => Matrix.zeros(size, size)) as [
    Matrix,
    Matrix,
    Matrix,
  ];
  const n = inside.rows;
  for (const x of augmented(inside).to2DArray()) {
    const h = Matrix.rowVector(x).mmul(w).getRow(0).map(Math.tanh);
    const bars = h.map((t, j) => w.get(0, j) * (c[j] as number) * -2 * t * (1 - t * t));
    a.add(outer(x).div(n));
    g.add(outer(bars).div(n * sigma ** 2));
    right.add(outer(h.map((t, j) => (c[j] as number) * (1 - t * t))).div(n));
  }
  const left = outer([1, 0, 0]).div(sigma ** 2);
  const expected = a.kroneckerProduct(g).add(left.kroneckerProduct(right));
  const found = (await denseOf(slope, kfacMetrics()))["dense0/w"];
  const off = gap(found?.to1DArray() ?? [], expected.to1DArray());
  t.ok(off < 1e-12, `${off}`);
});

test("kfacMetrics: draws of the residuals have the exact factors as their mean", async (t) => {
  const samples = 4000;
  const [drawn, exact] = [
    await denseOf(poisson, kfacMetrics({ samples })),
    await denseOf(poisson, kfacMetrics()),
  ];
  for (const name of Object.keys(values)) {
    const [one, two] = [drawn[name]?.trace() ?? 0, exact[name]?.trace() ?? 1];
    // A square of a normal variable has a relative variance of 2.
    t.ok(Math.abs(one / two - 1) < 5 * Math.sqrt(2 / samples) && one !== two, `${one} ${two}`);
  }
});

test("kfacMetrics: points that are held in variables are samples like others", (t) => {
  const x = variable("points", [4, 2], { role: "data" });
  const kinds = (observing: Observe) =>
    blocksOf(observing, kfacMetrics()).map(({ names, block }) => [names[0], block?.kind]);
  const expected = [
    ["dense0/w", "kronecker"],
    ["dense1/w", "kronecker"],
  ];
  t.deepEqual(
    kinds((u, observe) => observe(laplacian(u, x))),
    expected,
  );
  t.deepEqual(
    kinds((u, observe) => observe(u(x))),
    expected,
  );
  t.end();
});

test("kfacMetrics: refuses what is no product, and the other approximations refuse all of it", (t) => {
  const refuses = (metrics: MetricTable, message: RegExp, observing: Observe = poisson) =>
    t.throws(() => blocksOf(observing, metrics), message);
  refuses(
    kfacMetrics({ sharing: "reduce" }),
    /metrics.kfac: sharing must be "expand" where weights .* got "reduce"; leave/,
  );
  for (const table of [ekfacMetrics(), diagonalMetrics()])
    refuses(table, /all layers must be applied to as many samples, got 4 and 3/);
  const within: Observe = (u, observe) => observe(laplacian(u, node(inside)));
  for (const table of [ekfacMetrics(), diagonalMetrics()])
    refuses(table, /must reach the response through .* derivative .* take observedMetrics/, within);
  // Of one sample Σ_i W_i² is made of weights alone.
  refuses(
    kfacMetrics(),
    /metrics.kfac of dense0\/w: a weight must act on samples in products, or by its rows .* got mul \[1, 3\] in dense0; take observedMetrics/,
    (u, observe) => observe(laplacian(u, node(inside.subMatrix(0, 0, 0, 1)))),
  );
  t.end();
});

/** A layer with a bias that is a parameter of its own. */
const apart = defModule({
  name: "apart",
  options: (inputs: number) => ({ inputs }),
  params: ({ inputs }) => ({ kernel: param([inputs, 1], zeros), shift: param([1], zeros) }),
  apply: ({ kernel, shift }, x: Node) => tanh(add(matmul(x, kernel), shift)),
});

test("kfacMetrics: a bias of its own is refused where derivatives are observed", (t) => {
  t.throws(
    () => blocksOf(poisson, kfacMetrics(), apart(2) as AnyModule),
    /metrics.kfac of kernel: .* got a bias that is a parameter of its own; take observedMetrics/,
  );
  t.end();
});

test("kfacMetrics: parts count by their weights, over batches of equal size too", async (t) => {
  // Over the same rows, so that a mean over one is a part of a mean over both.
  const x = node(inside);
  const z = node(matrixOf("y", 4, 2));
  const block = async (observing: Observe) => (await denseOf(observing, kfacMetrics()))["dense1/w"];
  const at = (weight: number) =>
    block((u, observe) => {
      observe(u(x));
      observe(u(z), weight);
    });
  const [one, two] = [await at(1), await at(10)];
  // The last layer has g = Σ_p weight_p/σ² and a mean of inputs by weight.
  const single = async (points: Node) => block((u, observe) => observe(u(points)));
  const [left, right] = [await single(x), await single(z)] as [Matrix, Matrix];
  t.ok(gap(one?.to1DArray() ?? [], Matrix.add(left, right).to1DArray()) < 1e-12, "equal weights");
  const expected = Matrix.add(left, Matrix.mul(right, 10));
  t.ok(gap(two?.to1DArray() ?? [], expected.to1DArray()) < 1e-12, "weights 1 and 10");
});

test("kfacMetrics: what has another row is refused where derivatives pass it", (t) => {
  const net = sequential(weightNorm(2, 3, { activation: "tanh" }), dense(3, 1));
  t.throws(
    () => blocksOf(poisson, kfacMetrics(), net as AnyModule),
    /must reach the response through .* got another way from .*take observedMetrics/,
  );
  t.end();
});
