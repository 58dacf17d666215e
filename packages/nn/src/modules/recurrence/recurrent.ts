import { tanh } from "@metrigrad/graph";
import { type Activation, activationOf } from "../activationOf.ts";
import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { simpleUnit } from "./units.ts";
import type { RecurrentWeightSettings } from "./weights.ts";

/** The activation of simple recurrent units. */
export interface ActivationSetting {
  /** An op, or the name of one of metrigrad's; tanh by default. */
  readonly activation?: Activation | string;
}

const unitOf = (where: string) => (settings: ActivationSetting) =>
  simpleUnit(activationOf(where, settings.activation) ?? tanh);

/**
 * A simple recurrent module (Elman 1990): h_t = f(X̃_t W + h_{t−1} U), x [n, T, inputs] → [n, T, size]. Samples come first,
 * as with PyTorch's `batch_first=True`. Parameters `input` [inputs + 1, size], W with the bias in its last row, and
 * `recurrent` [size, size], U. PyTorch's `RNN` has two biases of which just the sum counts. One loop goes through the turns,
 * however many there are.
 *
 * With several layers or two directions the weights are those of layers `layer0`, `reverse0`, `layer1`, …. The input may be
 * `{ x, state }` with the state before the first turn, [n, layers × directions, size]; the last state is among the extras.
 * @function
 */
export const recurrent = defRecurrent("recurrent", unitOf("recurrent"), ["activation"]);

/**
 * One turn of `recurrent`, for loops of one's own: x [n, inputs], or `{ x, state }` with h [n, size] → h' [n, size]. The
 * weights are those of a layer.
 * @throws ShapeError for sizes that are not positive integers, and inputs of another width
 * @throws GraphError for an unknown activation
 */
export const recurrentCell = defCell(
  "recurrentCell",
  unitOf("recurrentCell") as (
    settings: ActivationSetting & RecurrentWeightSettings,
  ) => ReturnType<typeof simpleUnit>,
  ["activation"],
);
