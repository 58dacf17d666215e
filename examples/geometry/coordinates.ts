/** The natural gradient takes the same path in all coordinates; the plain gradient does not. */
import {
  type AppliedParameter,
  applyModel,
  type Backend,
  compile,
  concat,
  defModule,
  div,
  fill,
  fisher,
  gaussianWithScale,
  grad,
  input,
  landscape,
  log,
  type Module,
  matmul,
  mean,
  mul,
  type Node,
  neg,
  param,
  pullbackMetric,
  reference,
  slice,
  tensor,
  uniformStream,
} from "metrigrad";
import { pictureOptions } from "./picture/save.ts";

type Span = readonly [a: number, b: number];

const { small, save } = pictureOptions();

// #region models
// One family, y ~ N(μ, σ²), in two coordinate systems. Both modules put out (μ, ln σ) for every row.
const byScale = defModule({
  name: "byScale",
  params: { theta: param([1, 2], () => [-1.5, Math.log(0.8)]) },
  apply: ({ theta }, x) => ({ response: matmul(fill([x.shape[0] as number, 1], 1), theta) }),
});
// The natural coordinates of the exponential family: (μ/σ², 1/σ²).
const byPrecision = defModule({
  name: "byPrecision",
  params: { theta: param([1, 2], () => [-1.5 / 0.64, 1 / 0.64]) },
  apply: ({ theta }, x) => ({
    response: matmul(fill([x.shape[0] as number, 1], 1), toScale(theta)),
  }),
});
/** (μ, ln σ) of (μ/σ², 1/σ²). */
function toScale(theta: Node): Node {
  const precision = slice(theta, [null, [1, 2]]);
  return concat([div(slice(theta, [null, [0, 1]]), precision), mul(log(precision), -0.5)], 1);
}
// #endregion

// Fifty draws of N(1, 1.5²).
const stream = uniformStream({ seed: 1, path: "coordinates" });
const targets = Float64Array.from({ length: 50 }, (_, i) => 1 + 1.5 * stream.normal(i));
const y = tensor(targets, { shape: [50, 1] });
const likelihood = gaussianWithScale();

// #region path
/** Where (μ, ln σ) goes from the initial value in `time` of steps of γ: θ ← θ − γ g⁻¹∂L/∂θ, or g = I. */
async function path(
  module: Module,
  backend: Backend,
  { natural, gamma, time }: { natural: boolean; gamma: number; time: number },
): Promise<Span[]> {
  const name = module.variables[0]?.path ?? "";
  const store = await backend.store(module, { seed: 1 });
  const { output, parameters } = applyModel(module, input("x", [50, 1]), { law: likelihood });
  const loss = neg(mean(likelihood.logProb(input("y", [50, 1]), output)));
  const gradient = grad(loss, (parameters[0] as AppliedParameter).variable);
  const program = await compile({ outputs: { output, gradient } }, store);
  const g = await fisher(module, y, { store, likelihood });
  const places: Span[] = [];
  for (let step = 0; step <= Math.round(time / gamma); step++) {
    const values = await program.run({ y });
    const [mu = 0, s = 0] = (await values.output.read()).data().subarray(0, 2);
    places.push([mu, s]);
    const slope = await values.gradient.read();
    const direction = natural ? (await g.solve({ [name]: slope }))[name] : slope;
    const theta = (await store.read(name)).data();
    const moved = Float64Array.from(
      theta,
      (value, i) => value - gamma * (direction?.data()[i] ?? 0),
    );
    await store.write(name, tensor(moved, { shape: [1, 2] }));
  }
  await g.close();
  await store.close();
  return places;
}
// #endregion

// #region pull-back
/** How far the metric in one system is from the pull-back J'gJ of that in the other, relative. */
async function pullbackGap(backend: Backend): Promise<number> {
  const [scaleStore, store] = [
    await backend.store(byScale(), { seed: 1 }),
    await backend.store(byPrecision(), { seed: 1 }),
  ];
  const inScale = await fisher(byScale(), y, { store: scaleStore, likelihood });
  const pulled = await pullbackMetric(inScale, {
    store: scaleStore,
    at: { theta: await store.read("theta") },
    map: ({ theta }) => ({ theta: toScale(theta as Node) }),
  });
  const own = await fisher(byPrecision(), y, { store, likelihood });
  const [a, b] = [(await pulled.toDense()).data(), (await own.toDense()).data()];
  return Math.max(...Array.from(a, (value, i) => Math.abs(value / (b[i] as number) - 1)));
}
// #endregion

const backend = await reference();
const gamma = 0.02;
const along = (module: Module, natural: boolean, step = gamma) =>
  path(module, backend, { natural, gamma: step, time: natural ? 5 : 20 });

/** The largest distance between points of two paths at the same time. */
const apart = (a: readonly Span[], b: readonly Span[]) =>
  Math.max(...a.map(([mu, s], i) => Math.hypot(mu - (b[i]?.[0] ?? 0), s - (b[i]?.[1] ?? 0))));

console.log("metric in one system and pull-back of the other:", await pullbackGap(backend));
const natural = [await along(byScale(), true), await along(byPrecision(), true)] as const;
const plain = [await along(byScale(), false), await along(byPrecision(), false)] as const;
const finer = [
  await along(byScale(), true, gamma / 2),
  await along(byPrecision(), true, gamma / 2),
] as const;
console.log("natural paths apart:", apart(...natural).toFixed(4));
console.log("natural paths apart, steps half as long:", apart(...finer).toFixed(4));
console.log("plain paths apart:", apart(...plain).toFixed(4));

// #region picture
const mean1 = targets.reduce((sum, value) => sum + value, 0) / targets.length;
const variance = targets.reduce((sum, value) => sum + (value - mean1) ** 2, 0) / targets.length;
/** Nats above the least cost at (μ, s). */
const excess = ([mu, s]: Span) =>
  s + (variance + (mean1 - mu) ** 2) / (2 * Math.exp(2 * s)) - Math.log(variance) / 2 - 0.5;
const systems = [
  {
    title: "seen in (μ, ln σ)",
    x: { range: [-2, 2.5], title: "μ" },
    y: { range: [-0.5, 1.5], title: "ln σ" },
    to: (place: Span): Span => place,
    from: (place: Span): Span => place,
  },
  {
    title: "seen in (μ/σ², 1/σ²)",
    x: { range: [-3, 1.5], title: "μ/σ²" },
    y: { range: [0.05, 1.85], title: "1/σ²" },
    to: ([mu, s]: Span): Span => [mu * Math.exp(-2 * s), Math.exp(-2 * s)],
    from: ([a, b]: Span): Span => [a / b, -0.5 * Math.log(b)],
  },
] as const;
const cells = small ? 12 : 76;
const seen = systems.map(({ title, x, y, to, from }) => {
  const middle = ([low, high]: Span, share: number) => low + share * (high - low);
  const values = Array.from({ length: cells }, (_, row) =>
    Array.from({ length: cells }, (_, column) => {
      const up = 1 - (row + 0.5) / cells;
      const place = [middle(x.range, (column + 0.5) / cells), middle(y.range, up)] as const;
      return excess(from(place));
    }),
  );
  const paths = {
    "natural, steps in (μ, ln σ)": natural[0].map(to),
    "natural, steps in (μ/σ², 1/σ²)": natural[1].map(to),
    "plain, steps in (μ, ln σ)": plain[0].map(to),
    "plain, steps in (μ/σ², 1/σ²)": plain[1].map(to),
  };
  const marks = {
    start: to(natural[0][0] as Span),
    "least cost": to([mean1, Math.log(variance) / 2]),
  };
  return [title, { x, y, values, paths, marks }] as const;
});
const svg = landscape(Object.fromEntries(seen), {
  title: "One family of Gaussians, two coordinate systems",
  note: "The paths of the natural gradient are one path in both; those of the plain gradient differ.",
  quantity: "nats above the least cost",
  scale: "log",
  range: [0.01, 100],
});
save("coordinates", svg);
// #endregion
await backend.close();
