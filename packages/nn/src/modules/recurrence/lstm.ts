import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { lstmUnit } from "./units.ts";

/**
 * Makes long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000).
 *
 * The memory is c_t = σ(f)∘c_{t−1} + σ(i)∘tanh(g) and the output h_t = σ(o)∘tanh(c_t), with (i, f, g, o) = X̃_t W + h_{t−1}
 * U. Samples come first, as with PyTorch's `batch_first=True`. One loop goes through the turns, however many there are.
 *
 * The parameters are W, `input` [inputs + 1, 4·size] with the bias in its last row, and U, `recurrent` [size, 4·size].
 * Columns are in PyTorch's order i, f, g, o. PyTorch has two biases, of which only the sum counts. Several layers or two
 * directions have their weights in the children `layer0`, `reverse0`, `layer1`, ….
 *
 * The input is x [n, T, inputs], or `{ x, state }`. The state before the first turn is `{ h, c }`, each [n, layers ×
 * directions, size]. The last state is in the extras.
 *
 * Settings are `layers`, `bidirectional`, `reverse`, `dropout`, `returns`, `inputInit` and `recurrentInit`: see
 * {@link RecurrentSettings}.
 *
 * {@includeCode ../../../../../examples/api/nn/lstm.ts#example}
 *
 * @function
 * @category Models: layers
 */
export const lstm = defRecurrent("lstm", () => lstmUnit);

/**
 * Makes one turn of an {@link lstm}, for loops of your own.
 *
 * It maps x [n, inputs], or `{ x, state }` with the state `{ h, c }` of [n, size] each, to the next state. The state is
 * zeros by default. The weights are those of a layer.
 *
 * - `inputs`: the width of the inputs.
 * - `size`: the number of units.
 * - `settings`: see {@link RecurrentWeightSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if the input or the state has
 *   another shape.
 * @throws {@link GraphError} if a setting or a part of the input is unknown.
 * @function
 * @category Models: layers
 */
export const lstmCell = defCell("lstmCell", () => lstmUnit);
