import type { Node } from "@metrigrad/graph";
import { checkShape, GraphError, type Initializer, type Shape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { type ParameterSpec, param } from "../core/parameter.ts";
import type { Coordinates, Family } from "../families/family.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `distribution` takes beside its family. */
export interface DistributionSettings {
  /** Sizes [b…] of a batch of independent distributions; one distribution by default. */
  readonly batch?: Shape;
  /** What the parameters are; natural by default. */
  readonly coordinates?: "natural" | "expectation";
  /** Where it begins, in these coordinates; what is left out begins as the family says. */
  readonly init?: Readonly<Record<string, Initializer>>;
}

/** Options of a distribution. */
export interface DistributionOptions extends Required<DistributionSettings> {
  readonly family: Family;
}

const definition = defModule({
  name: "distribution",
  options: (family: Family, settings: DistributionSettings = {}): DistributionOptions => {
    checkSettings("distribution", settings, ["batch", "coordinates", "init"]);
    const { batch = [], coordinates = "natural", init = {} } = settings;
    checkShape("distribution, batch", batch);
    const chart = family?.[coordinates] ?? null;
    if (chart === null) throw noChart(family, coordinates);
    checkSettings("distribution, init", init, Object.keys(chart.start));
    return Object.freeze({ family, batch, coordinates, init: { ...chart.start, ...init } });
  },
  params: ({ family, batch, init }) =>
    Object.fromEntries(
      Object.entries(family.shapes).map(([name, shape]) => [
        name,
        param([...batch, ...shape], init[name] as Initializer, { decay: "none" }),
      ]),
    ),
  apply: (params, _: readonly [], { options: { family, coordinates } }): Coordinates =>
    coordinates === "natural"
      ? { ...(params as Readonly<Record<string, Node>>) }
      : family.toNatural(params),
});

/** Makes distributions; the definition that its `spec` belongs to. */
export interface Distribution {
  /**
   * A distribution of an exponential family whose coordinates are the parameters: q in variational inference. It takes
   * nothing, and gives its natural coordinates for the functions of the family: `family.kl(apply(q), prior)`.
   * `naturalGradient` trains it; other optimizers may leave the family's domain.
   * @param family such as gaussianFamily(3)
   * @param settings a batch of them, the coordinates, the start
   * @returns a module without inputs
   * @throws GraphError for unknown settings, and for expectation coordinates where the family has no way back
   */
  <K extends string>(
    family: Family<K>,
    settings?: DistributionSettings,
  ): Module<readonly [], Coordinates<K>, DistributionOptions, Readonly<Record<K, ParameterSpec>>>;
  readonly spec: (typeof definition)["spec"];
}

export const distribution = definition as unknown as Distribution;

function noChart(family: Family, coordinates: unknown): GraphError {
  return new GraphError({
    where: "distribution",
    must: "coordinates must be natural, or expectation where the family has a way back from them",
    got: `${String(coordinates)} of ${family?.name ?? typeof family}`,
    todo: 'call distribution(gaussianFamily(3), { coordinates: "natural" })',
  });
}
