/** The line search, the damping that follows it, and the momentum of what a batch leaves open. */
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import {
  chain,
  engd,
  type LengthAdaptSettings,
  lineSearch,
  type Optimizer,
  precondition,
  scale,
  spring,
  type Transform,
} from "../../src/index.ts";
import { batchSize, follow, inputs, regression, regressionContext, targets } from "../problem.ts";

const batch = { x: inputs, y: targets };
/** X̃ and Y. */
const x = new Matrix(
  Array.from({ length: batchSize }, (_, row) => [
    ...Array.from({ length: 4 }, (__, at) => inputs.data()[4 * row + at] as number),
    1,
  ]),
);
const y = Matrix.from1DArray(batchSize, 3, Array.from(targets.data()));

/** W before and after so many steps, [5, 3] each, and the damping's factor. */
async function weights(optimizer: Optimizer, steps: number) {
  const model = regression();
  const run = await follow(
    model,
    optimizer,
    new Array(steps).fill(batch),
    regressionContext(model),
  );
  return run.map((values) => ({
    w: Matrix.from1DArray(5, 3, [...(values.get("w") as Float64Array)]),
    factor: values.get("optimizer/damping/factor/w")?.[0],
  }));
}

const gradientAt = (w: Matrix) =>
  x
    .transpose()
    .mmul(Matrix.sub(x.mmul(w), y))
    .mul(1 / batchSize);
const lossAt = (w: Matrix) => 0.5 * Matrix.sub(x.mmul(w), y).pow(2).sum();
const gap = (a: Matrix, b: Matrix) => Matrix.sub(a, b).abs().max();

/** The gradient as it is. */
const plain: Transform = scale(1);

test("lineSearch: takes the length of its grid at which the loss is lowest", async (t) => {
  for (const options of [
    {},
    { trials: 3, shrink: 0.25, longest: 2 },
    { trials: 20, longest: 64 },
  ]) {
    const [before, after] = await weights(chain(plain, lineSearch(options)), 1);
    const { w } = before as { w: Matrix };
    const { trials = 8, shrink = 0.5, longest = 1 } = options;
    const grid = Array.from({ length: trials }, (_, k) => longest * shrink ** k);
    const at = (s: number) => Matrix.sub(w, Matrix.mul(gradientAt(w), s));
    const best = grid.reduce((a, b) => (lossAt(at(b)) < lossAt(at(a)) ? b : a));
    t.ok(gap((after as { w: Matrix }).w, at(best)) < 1e-12, `${best} of ${grid.length}`);
  }
});

test("lineSearch: takes nothing where every length raises the loss", async (t) => {
  const [before, after] = await weights(chain(plain, lineSearch({ trials: 1, longest: 1e3 })), 1);
  t.equal(gap((after as { w: Matrix }).w, (before as { w: Matrix }).w), 0);
});

const adapting = (search: Transform, adapt: LengthAdaptSettings = { by: "length" }) =>
  chain(precondition({ absolute: 0.1, adapt }), search);

test("adapt by length: the factor falls after steps that are long enough, and rises after others", async (t) => {
  const falling = await weights(adapting(lineSearch()), 3);
  t.deepEqual(
    falling.map(({ factor }) => factor ?? 1),
    [1, 0.2, 0.2 * 0.2, 0.2 * 0.2 * 0.2],
  );
  const none = lineSearch({ trials: 1, longest: 1e6 });
  const rising = await weights(adapting(none), 3);
  t.deepEqual(
    rising.map(({ factor }) => factor ?? 1),
    [1, 10, 100, 1000],
  );
  const bounded = await weights(
    adapting(none, { by: "length", higher: 8, most: 30, enough: 0.5 }),
    3,
  );
  t.deepEqual(
    bounded.map(({ factor }) => factor ?? 1),
    [1, 8, 30, 30],
  );
  const short = await weights(
    adapting(lineSearch({ trials: 1, longest: 0.1 }), { by: "length", enough: 0.2 }),
    1,
  );
  t.equal(short[1]?.factor, 10, "a step that lowers the loss but is too short");
});

test("adapt by length: needs a line search", (t) => {
  const optimizer = chain(precondition({ adapt: { by: "length" } }), scale(1));
  t.throws(
    () => optimizer.update(regressionContext(regression())),
    /adapt by length: a line search must be in the chain, got none; put lineSearch\(\)/,
  );
  t.end();
});

test("spring: the next step is the one next to the last that fits the batch as well", async (t) => {
  const [lambda, mu, rate] = [0.2, 0.7, 0.5];
  const optimizer = chain(precondition({ absolute: lambda }), spring(mu), scale(rate));
  const run = await weights(optimizer, 3);
  const g = x
    .transpose()
    .mmul(x)
    .mul(1 / batchSize);
  const damped = Matrix.add(g, Matrix.eye(5).mul(lambda));
  let last = Matrix.zeros(5, 3);
  let w = (run[0] as { w: Matrix }).w;
  for (const { w: found } of run.slice(1)) {
    // δ − μδ₀ = (g + λI)⁻¹(∇L − gμδ₀).
    const carried = Matrix.mul(last, mu);
    const right = Matrix.sub(gradientAt(w), g.mmul(carried));
    last = Matrix.add(solve(damped, right), carried).mul(rate);
    w = Matrix.sub(w, last);
    t.ok(gap(found, w) < 1e-11);
  }
});

test("spring: needs a metric before it", (t) => {
  t.throws(
    () => chain(spring(0.5)).update(regressionContext(regression())),
    /spring: a metric must come before it in the chain, got none/,
  );
  t.end();
});

test("engd: a linear model is solved in a step, and its settings are those of its parts", async (t) => {
  const [, after] = await weights(engd({ relative: 1e-12 }), 1);
  t.ok(gap((after as { w: Matrix }).w, solve(x, y)) < 1e-7, "the least-squares solution");
  const { lineSearch: search, momentum, adapt } = engd({ momentum: 0.9 }).settings;
  t.deepEqual([search, momentum], [{ trials: 10, longest: 2 }, 0.9]);
  t.deepEqual(adapt, {
    by: "length",
    lower: 0.2,
    higher: 10,
    enough: 0.03,
    least: 1e-15,
    most: 1e9,
  });
});
