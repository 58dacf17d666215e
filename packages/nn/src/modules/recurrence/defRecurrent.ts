import { type Node, reshape, slice } from "@metrigrad/graph";
import { GraphError, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../../core/defModule.ts";
import type {
  AnyModule,
  Applied,
  Children,
  Module,
  NodeTree,
  ParameterTree,
} from "../../core/module.ts";
import { checkSettings } from "../checkSettings.ts";
import { dropout } from "../dropout.ts";
import { type RecurrentInput, recurrentInput } from "./input.ts";
import { manyLayers, oneLayer, type RecurrentLayer, type RecurrentResult } from "./layers.ts";
import type { RecurrentUnit } from "./unit.ts";
import {
  type RecurrentWeightOptions,
  type RecurrentWeightSettings,
  recurrentWeights,
  torchWeights,
  weightOptions,
} from "./weights.ts";

/**
 * The response of a recurrent module: the outputs of all turns, the output of the last turn, or all outputs with the last
 * state.
 *
 * @category Models: layers
 */
export type Returns = "all" | "last" | "withState";

/**
 * Settings of recurrent modules.
 *
 * @category Models: layers
 */
export interface RecurrentSettings<R extends Returns = Returns> extends RecurrentWeightSettings {
  /** The number of layers, each on the outputs of the one before; 1 by default. */
  readonly layers?: number;
  /** Whether each layer has a second direction, from the last turn to the first; false by default. */
  readonly bidirectional?: boolean;
  /** Whether turns go from the last to the first, for layers of one direction; false by default. */
  readonly reverse?: boolean;
  /** The rate of dropout between layers, in [0, 1); 0 by default. */
  readonly dropout?: number;
  /**
   * The response; "all" by default. "all" gives the outputs of all turns, [n, T, size]. "last" gives the output after the
   * last turn of each direction, [n, size]. "withState" gives `{ output, state }`, the outputs of all turns and the last
   * state. With two directions 2·size takes the place of size.
   */
  readonly returns?: R;
}

const recurrentNames = [
  "layers",
  "bidirectional",
  "reverse",
  "dropout",
  "returns",
  "inputInit",
  "recurrentInit",
] as const;

/**
 * Options of a recurrent module.
 *
 * @category Models: layers
 */
export interface RecurrentOptions<S extends NodeTree> extends RecurrentWeightOptions {
  /** The unit that each layer applies. */
  readonly unit: RecurrentUnit<S>;
  /** The response: all outputs, the last output, or all outputs with the last state. */
  readonly returns: Returns;
  /** Whether turns go from the last to the first. */
  readonly reverse: boolean;
  /** The directions of each layer. Empty for one layer in one direction, which has the weights itself. */
  readonly layers: readonly (readonly RecurrentLayer<S>[])[];
  /** The dropout between layers; null for none. */
  readonly dropout: Module | null;
}

/**
 * The type of a recurrent module's response.
 *
 * @category Models: layers
 */
export type RecurrentOutput<S extends NodeTree, R extends Returns> = R extends "withState"
  ? RecurrentResult<S>
  : Node;

/**
 * A kind of recurrent module, such as {@link lstm}: call it to make one module.
 *
 * @category Models: layers
 */
export interface RecurrentDefinition<S extends NodeTree, Settings extends object> {
  /**
   * Makes a recurrent module.
   *
   * @param inputs - The width of the inputs.
   * @param size - The number of units, which is the width of the outputs.
   * @param settings - The layers, the directions, dropout, and the response.
   * @returns A module from [n, T, inputs], or `{ x, state }`, to the response that `returns` names.
   * @throws {@link ShapeError} if a size, the number of layers or the rate of dropout is out of range.
   * @throws {@link GraphError} if a setting is unknown, or for `reverse` with two directions.
   */
  <R extends Returns = "all">(
    inputs: number,
    size: number,
    settings?: Settings & RecurrentSettings<R>,
  ): Module<RecurrentInput<S>, RecurrentOutput<S, R>, RecurrentOptions<S>>;
  /** The specification that the kind was defined by. */
  readonly spec: AnyModule["definition"]["spec"];
}

/** Defines a kind of recurrent module by its units. */
export function defRecurrent<S extends NodeTree, Settings extends object = object>(
  name: string,
  unitOf: (settings: Settings) => RecurrentUnit<S>,
  names: readonly (keyof Settings & string)[] = [],
): RecurrentDefinition<S, Settings> {
  const make = (...args: Parameters<RecurrentDefinition<S, Settings>>) =>
    definition(...args) as RecurrentLayer<S>;
  const definition = defModule({
    name,
    options: (
      inputs: number,
      size: number,
      settings?: Settings & RecurrentSettings,
    ): RecurrentOptions<S> => {
      const given = settings ?? ({} as Settings & RecurrentSettings);
      checkSettings(name, given, [...recurrentNames, ...names]);
      const { layers = 1, dropout: rate = 0, returns = "all", reverse = false } = given;
      const { bidirectional = false } = given;
      const weights = weightOptions(name, inputs, size, given);
      checkLayers(name, given);
      const directions = bidirectional ? [false, true] : [reverse];
      const parts = layers * directions.length === 1 ? 0 : layers;
      const stack = Array.from({ length: parts }, (_, depth) => {
        const width = depth === 0 ? inputs : size * directions.length;
        return directions.map((backwards) => {
          const own = { layers: 1, bidirectional: false, dropout: 0, returns: "all" } as const;
          return make(width, size, { ...given, ...own, reverse: backwards });
        });
      });
      return Object.freeze({
        ...weights,
        unit: unitOf(given),
        returns,
        reverse,
        layers: stack,
        dropout: rate === 0 ? null : (dropout(rate) as Module),
      });
    },
    params: (options): ParameterTree =>
      options.layers.length > 0 ? {} : recurrentWeights(options.unit, options),
    torch: (options) => ({ params: torchLayers(options) }),
    children: ({ layers, dropout: between }): Children => {
      const named = layers.flatMap((directions, depth) =>
        directions.map((layer) => [childName(layer, depth), layer as AnyModule] as const),
      );
      return { ...Object.fromEntries(named), ...(between === null ? {} : { dropout: between }) };
    },
    apply: (params, given: RecurrentInput<S>, context): Applied<NodeTree> => {
      const { unit, inputs, size, layers, returns, reverse, dropout: between } = context.options;
      const count = Math.max(1, layers.flat().length);
      const shapes = { axes: "n, T", inputs, state: [count, size] } as const;
      const parts = recurrentInput(name, given, unit, shapes);
      const { input, recurrent } = params;
      const result =
        input === undefined || recurrent === undefined
          ? manyLayers(layers, between, parts, context)
          : oneLayer(unit, { input, recurrent }, parts, reverse);
      const { output, state } = result;
      if (returns === "withState") return { response: { output, state }, extras: state };
      if (returns === "all") return { response: output, extras: state };
      const ends = layers.at(-1)?.length ?? 1;
      const last = slice(unit.output(state), [null, [count - ends, count]]);
      return { response: reshape(last, [last.shape[0] as number, -1]), extras: state };
    },
  });
  return definition as unknown as RecurrentDefinition<S, Settings>;
}

/** Returns the name of a layer among the children. */
function childName<S extends NodeTree>({ options }: RecurrentLayer<S>, depth: number): string {
  return `${(options as RecurrentOptions<S>).reverse ? "reverse" : "layer"}${depth}`;
}

/** Returns the pieces of all layers by path. In PyTorch they have no module of their own but a suffix, such as "_l1_reverse". */
function torchLayers<S extends NodeTree>(options: RecurrentOptions<S>) {
  const { unit, layers } = options;
  if (layers.length === 0) return { ...torchWeights(unit, options, "_l0") };
  const named = layers.flatMap((directions, depth) =>
    directions.flatMap((layer, at) => {
      const suffix = `_l${depth}${at === 0 ? "" : "_reverse"}`;
      const own = torchWeights(unit, layer.options as RecurrentOptions<S>, suffix);
      const path = childName(layer, depth);
      return Object.entries(own).map(([name, pieces]) => [`${path}/${name}`, pieces] as const);
    }),
  );
  return Object.fromEntries(named);
}

/** Throws ShapeError and GraphError for impossible layers and directions. */
function checkLayers(where: string, settings: RecurrentSettings): void {
  const { layers = 1, bidirectional = false, reverse = false, dropout: rate = 0 } = settings;
  if (!Number.isInteger(layers) || layers < 1 || (layers === 1 && rate !== 0)) {
    throw new ShapeError({
      where,
      must: "layers must be a positive integer, and more than 1 where there is dropout between them",
      got: `${layers} and a rate of ${rate}`,
      todo: "set { layers: 2 }, or put dropout(rate) after the module",
    });
  }
  const { returns = "all" } = settings;
  const known = ["all", "last", "withState"].includes(returns);
  if (known && !(bidirectional && reverse)) return;
  throw new GraphError({
    where,
    must: known
      ? "a module of two directions has no direction of its own"
      : 'returns must be "all", "last" or "withState"',
    got: known ? "{ bidirectional: true, reverse: true }" : JSON.stringify(returns),
    todo: known ? "leave reverse out" : "leave it out for all outputs [n, T, size]",
  });
}
