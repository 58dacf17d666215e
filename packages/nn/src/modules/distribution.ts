import type { Node } from "@metrigrad/graph";
import { checkShape, GraphError, type Initializer, type Shape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { type ParameterSpec, param } from "../core/parameter.ts";
import type { Coordinates, Family } from "../families/family.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link distribution}.
 *
 * @category Laws and losses
 */
export interface DistributionSettings {
  /** The sizes [b…] of a batch of independent distributions; one distribution by default. */
  readonly batch?: Shape;
  /** The coordinates that are the parameters; "natural" by default. */
  readonly coordinates?: "natural" | "expectation";
  /** The initialisers of the coordinates, by the name of the statistic. By default the family says where they begin. */
  readonly init?: Readonly<Record<string, Initializer>>;
}

/**
 * Options of a distribution.
 *
 * @category Laws and losses
 */
export interface DistributionOptions extends Required<DistributionSettings> {
  /** The exponential family. */
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

/**
 * The type of {@link distribution}: it makes distributions, and `spec` is their definition.
 *
 * @category Laws and losses
 */
export interface Distribution {
  /**
   * Makes a distribution of a family.
   *
   * @param family - The exponential family, such as `gaussianFamily(3)`.
   * @param settings - A batch of distributions, the coordinates, and their initial values.
   * @returns A module without inputs. It gives natural coordinates.
   * @throws {@link GraphError} if a setting is unknown, or if the family has no way back from expectation coordinates.
   * @throws {@link ShapeError} if a size of the batch is negative or not an integer.
   */
  <K extends string>(
    family: Family<K>,
    settings?: DistributionSettings,
  ): Module<readonly [], Coordinates<K>, DistributionOptions, Readonly<Record<K, ParameterSpec>>>;
  /** The specification that the kind was defined by. */
  readonly spec: (typeof definition)["spec"];
}

/**
 * Makes a module whose parameters are the coordinates of a distribution of an exponential family.
 *
 * It is the distribution q of variational inference. It takes no input, and gives its natural coordinates for the functions
 * of the family, as in `family.kl(apply(q), prior)`. The optimizer `naturalGradient` trains it. Other optimizers may leave
 * the domain of the family.
 *
 * @function
 * @category Laws and losses
 */
export const distribution = definition as unknown as Distribution;

function noChart(family: Family, coordinates: unknown): GraphError {
  return new GraphError({
    where: "distribution",
    must: "coordinates must be natural, or expectation where the family has a way back from them",
    got: `${String(coordinates)} of ${family?.name ?? typeof family}`,
    todo: 'call distribution(gaussianFamily(3), { coordinates: "natural" })',
  });
}
