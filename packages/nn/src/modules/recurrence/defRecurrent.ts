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
  weightOptions,
} from "./weights.ts";

/** What a recurrent module gives: outputs of all turns, that of the last turn, or all with the last state. */
export type Returns = "all" | "last" | "withState";

/** What recurrent modules take beside their sizes. */
export interface RecurrentSettings<R extends Returns = Returns> extends RecurrentWeightSettings {
  /** Number of layers, each on the outputs of the one before; 1 by default. */
  readonly layers?: number;
  /** Whether each layer has a second direction, from the last turn to the first; false by default. */
  readonly bidirectional?: boolean;
  /** Whether turns go from the last to the first, for layers of one direction; false by default. */
  readonly reverse?: boolean;
  /** Rate of dropout between layers; 0 by default. */
  readonly dropout?: number;
  /**
   * What it gives; "all" by default: outputs [n, T, size]. "last": the outputs after the last turn of each direction
   * [n, size]. "withState": `{ output, state }`, outputs of all turns and the last state. Two directions are side by side:
   * 2·size instead of size.
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

/** Options of a recurrent module. */
export interface RecurrentOptions<S extends NodeTree> extends RecurrentWeightOptions {
  readonly unit: RecurrentUnit<S>;
  readonly returns: Returns;
  readonly reverse: boolean;
  /** The directions of each layer; empty for one layer in one direction, which has the weights itself. */
  readonly layers: readonly (readonly RecurrentLayer<S>[])[];
  readonly dropout: Module | null;
}

/** What a recurrent module gives. */
export type RecurrentOutput<S extends NodeTree, R extends Returns> = R extends "withState"
  ? RecurrentResult<S>
  : Node;

/** Makes recurrent modules of a kind; the definition that its `spec` belongs to. */
export interface RecurrentDefinition<S extends NodeTree, Settings extends object> {
  /**
   * A recurrent module.
   * @param inputs width of the inputs
   * @param size number of units, which is the width of the outputs
   * @param settings layers, directions, dropout, and what it gives
   * @returns a module from [n, T, inputs], or `{ x, state }`, to what `returns` says
   * @throws ShapeError and GraphError for settings out of range
   */
  <R extends Returns = "all">(
    inputs: number,
    size: number,
    settings?: Settings & RecurrentSettings<R>,
  ): Module<RecurrentInput<S>, RecurrentOutput<S, R>, RecurrentOptions<S>>;
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
    children: ({ layers, dropout: between }): Children => {
      const named = layers.flatMap((directions, depth) =>
        directions.map((layer) => {
          const { reverse } = layer.options as RecurrentOptions<S>;
          return [reverse ? `reverse${depth}` : `layer${depth}`, layer as AnyModule] as const;
        }),
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

/** Throws ShapeError and GraphError for layers and directions that there cannot be. */
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
