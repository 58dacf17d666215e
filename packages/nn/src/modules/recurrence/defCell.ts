import { affine } from "@metrigrad/graph";
import { defModule } from "../../core/defModule.ts";
import type { NodeTree } from "../../core/module.ts";
import { checkSettings } from "../checkSettings.ts";
import { type RecurrentInput, recurrentInput } from "./input.ts";
import type { RecurrentUnit } from "./unit.ts";
import {
  type RecurrentWeightOptions,
  type RecurrentWeightSettings,
  recurrentWeights,
  torchWeights,
  weightOptions,
} from "./weights.ts";

/**
 * Options of a cell, one turn of a recurrent module.
 *
 * @category Models: layers
 */
export interface CellOptions<S extends NodeTree> extends RecurrentWeightOptions {
  /** The unit that the cell applies. */
  readonly unit: RecurrentUnit<S>;
}

/** Defines a kind of cell: one turn of a recurrent module, for loops of your own. */
export function defCell<S extends NodeTree, Settings extends RecurrentWeightSettings>(
  name: string,
  unitOf: (settings: Settings) => RecurrentUnit<S>,
  names: readonly (keyof Settings & string)[] = [],
) {
  return defModule({
    name,
    options: (inputs: number, size: number, settings?: Settings): CellOptions<S> => {
      const given = settings ?? ({} as Settings);
      checkSettings(name, given, ["inputInit", "recurrentInit", ...names]);
      return Object.freeze({ ...weightOptions(name, inputs, size, given), unit: unitOf(given) });
    },
    params: (options) => recurrentWeights(options.unit, options),
    torch: (options) => ({ params: torchWeights(options.unit, options, "") }),
    apply: ({ input, recurrent }, given: RecurrentInput<S>, { options }): S => {
      const { unit, inputs, size } = options;
      const shapes = { axes: "n", inputs, state: [size] } as const;
      const { x, state } = recurrentInput(name, given, unit, shapes);
      return unit.next(affine(x, input), state, recurrent);
    },
  });
}
