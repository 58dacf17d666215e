import { tanh } from "@metrigrad/graph";
import { type Activation, activationOf } from "../activationOf.ts";
import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { simpleUnit } from "./units.ts";
import type { RecurrentWeightSettings } from "./weights.ts";

/**
 * The activation of simple recurrent units.
 *
 * @category Models: layers
 */
export interface ActivationSetting {
  /** The activation: an op, or the name of one of metrigrad's; tanh by default. */
  readonly activation?: Activation | string;
}

const unitOf = (where: string) => (settings: ActivationSetting) =>
  simpleUnit(activationOf(where, settings.activation) ?? tanh);

/**
 * Makes a simple recurrent module, h_t = f(X̃_t W + h_{t−1} U) (Elman 1990).
 *
 * Samples come first, as with PyTorch's `batch_first=True`. One loop goes through the turns, however many there are.
 *
 * The parameters are W, `input` [inputs + 1, size] with the bias in its last row, and U, `recurrent` [size, size].
 * PyTorch's `RNN` has two biases, of which only the sum counts. Several layers or two directions have their weights in the
 * children `layer0`, `reverse0`, `layer1`, ….
 *
 * The input is x [n, T, inputs], or `{ x, state }` with the state before the first turn, [n, layers × directions, size].
 * The last state is in the extras.
 *
 * Settings are `activation`, and `layers`, `bidirectional`, `reverse`, `dropout`, `returns`, `inputInit` and
 * `recurrentInit`: see {@link RecurrentSettings}.
 *
 * @function
 * @category Models: layers
 */
export const recurrent = defRecurrent("recurrent", unitOf("recurrent"), ["activation"]);

/**
 * Makes one turn of a {@link recurrent} module, for loops of your own.
 *
 * It maps x [n, inputs], or `{ x, state }` with h [n, size], to h' [n, size]. The state is zeros by default. The weights
 * are those of a layer.
 *
 * - `inputs`: the width of the inputs.
 * - `size`: the number of units.
 * - `settings`: the activation and {@link RecurrentWeightSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if the input or the state has
 *   another shape.
 * @throws {@link GraphError} if a setting, a part of the input or the activation is unknown.
 * @function
 * @category Models: layers
 */
export const recurrentCell = defCell(
  "recurrentCell",
  unitOf("recurrentCell") as (
    settings: ActivationSetting & RecurrentWeightSettings,
  ) => ReturnType<typeof simpleUnit>,
  ["activation"],
);
