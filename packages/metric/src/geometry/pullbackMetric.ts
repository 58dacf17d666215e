import { input, jvp, type Node, vjp } from "@metrigrad/graph";
import {
  MetricError,
  type Store,
  sameShape,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import { byColumns } from "./byColumns.ts";
import { checkStore } from "./checkStore.ts";
import type { Directions } from "./directions.ts";
import { flatOf } from "./flat.ts";
import { type LazyProgram, lazyProgram } from "./lazyProgram.ts";
import { type ModelMetric, modelMetric } from "./modelMetric.ts";

/**
 * Options of {@link pullbackMetric}: other coordinates Θ of a model's parameters Λ(Θ).
 *
 * @category Geometry
 */
export interface PullbackOptions {
  /** The store that holds the parameters Λ(Θ). Its backend computes. */
  readonly store: Store;
  /** The point Θ, tensors by name. */
  readonly at: Directions;
  /** The map Λ: it returns values of the model's parameters by name. Parameters that it leaves out are held fixed. */
  readonly map: (theta: Readonly<Record<string, Node>>) => Readonly<Record<string, Node>>;
}

/** How far the store's parameters may be from Λ(Θ), relative to their size. */
const slack = { f32: 1e-4, f64: 1e-9 } as const;

/**
 * Pulls a metric back to other coordinates: g_Θ = J'g_ΛJ with J = ∂Λ/∂Θ (Sun and Nielsen 2017, section 2).
 *
 * Lengths do not depend on the coordinates. Products are a jvp, a product with g_Λ and a vjp.
 *
 * @param metric - The metric g_Λ that {@link rfim}, {@link fisher} or {@link observedFisher} returned for the
 *   parameters of the store.
 * @param options - The store, the point Θ and the map Λ.
 * @returns Resolves to the metric in the coordinates Θ. Close it when you are done.
 * @throws {@link MetricError} if the store does not hold Λ(Θ), if Λ names other parameters, and for options of the
 *   wrong kind.
 * @category Geometry
 */
export async function pullbackMetric(
  metric: Pick<ModelMetric, "apply">,
  options: PullbackOptions,
): Promise<ModelMetric> {
  checkOptions("pullbackMetric", options, ["store", "at", "map"]);
  const { store, at, map } = options;
  checkStore("pullbackMetric", store);
  checkPullback(metric, at, map);
  const shapes = new Map(Object.entries(at).map(([name, { shape }]) => [name, shape]));
  const inputsFor = (what: string, of: ReadonlyMap<string, readonly number[]>) =>
    new Map([...of].map(([name, shape]) => [name, input(`metric/${what}/${name}`, shape)]));
  const feedsFor = (what: string, values: Directions) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`metric/${what}/${name}`, value]),
    );
  const theta = inputsFor("theta", shapes);
  const lambda = map(Object.fromEntries(theta));
  const names = Object.keys(lambda);
  const images = Object.values(lambda);
  const outer = new Map(Object.entries(lambda).map(([name, { shape }]) => [name, shape]));
  await checkImage(store, lambda, feedsFor("theta", at));

  const forth = lazyProgram(store, () =>
    jvp(images, [...theta.values()], [...inputsFor("tangent", shapes).values()]),
  );
  const back = lazyProgram(store, () =>
    vjp(images, [...theta.values()], [...inputsFor("cotangent", outer).values()]),
  );
  const run = async (program: LazyProgram, what: string, values: Directions, keys: string[]) => {
    const found = await program.run({ ...feedsFor("theta", at), ...feedsFor(what, values) });
    return Object.fromEntries(keys.map((name, i) => [name, found[i] as Tensor]));
  };
  const flat = flatOf(shapes);
  const product = async (v: Float64Array) => {
    const tangents = flat.split(tensor(v, { shape: [flat.size, 1] }));
    const moved = await metric.apply(await run(forth, "tangent", tangents, names));
    return flat
      .join(await run(back, "cotangent", moved, [...shapes.keys()]))
      .data() as Float64Array;
  };
  const whole = byColumns("pullbackMetric", {
    size: flat.size,
    float: store.float,
    product,
    columns: async ([begin, end], see) => {
      for (let j = begin; j < end; j++) {
        see(j, await product(Float64Array.from({ length: flat.size }, (_, i) => Number(i === j))));
      }
    },
    close: async () => {
      for (const program of [forth, back]) await program.close();
    },
  });
  return modelMetric("pullbackMetric", shapes, whole);
}

/** Throws MetricError for a metric without products, and unless point and map are given. */
function checkPullback(metric: unknown, at: unknown, map: unknown): void {
  const refuse = (must: string, got: unknown, todo: string) => {
    throw new MetricError({ where: "pullbackMetric", must, got: String(got), todo });
  };
  if (typeof (metric as Partial<ModelMetric> | undefined)?.apply !== "function")
    refuse(
      "the metric must multiply",
      metric,
      "pass what rfim(…), fisher(…) or observedFisher(…) gave",
    );
  if (typeof at !== "object" || at === null)
    refuse("at must hold Θ by name", at, "pass { at: { theta: tensor(…) } }");
  if (typeof map !== "function")
    refuse("map must be a function", map, "pass ({ theta }) => ({ w: … })");
}

/** Throws MetricError unless the store's parameters are Λ(Θ). */
async function checkImage(
  store: Store,
  lambda: Readonly<Record<string, Node>>,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<void> {
  const known = new Map(store.variables.map(({ path, spec }) => [path, spec.shape]));
  for (const [name, { shape }] of Object.entries(lambda)) {
    const own = known.get(name);
    if (own !== undefined && sameShape(own, shape)) continue;
    throw new MetricError({
      where: "pullbackMetric",
      must: `map must give values of the store's parameters (${[...known.keys()].join(", ")}) in their shapes`,
      got: own === undefined ? name : `${name} ${showShape(shape)} for ${showShape(own)}`,
      todo: "correct the name or the shape",
    });
  }
  const program = lazyProgram(store, () => Object.values(lambda));
  const images = await program.run(feeds);
  await program.close();
  for (const [k, name] of Object.keys(lambda).entries()) {
    const image = (images[k] as Tensor).data();
    const held = Array.from((await store.read(name)).data());
    const size = held.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const off = held.reduce((most, value, i) => {
      const apart = Math.abs(value - (image[i] as number));
      return apart <= most ? most : apart;
    }, 0);
    if (off <= slack[store.float] * size) continue;
    throw new MetricError({
      where: "pullbackMetric",
      must: "the store must hold Λ(Θ), at which the metric is taken",
      got: `${name} off by ${off.toExponential(1)}`,
      todo: `write it first: store.write("${name}", …)`,
    });
  }
}
