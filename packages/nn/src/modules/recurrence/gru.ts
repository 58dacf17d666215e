import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { gruUnit } from "./units.ts";

/**
 * Makes gated recurrent units, h_t = n + z∘(h_{t−1} − n) (Cho et al. 2014).
 *
 * The reset gate r, the update gate z and n are columns of the products. (r, z) = σ(X̃_t W + h̃_{t−1} U) and n = tanh(X̃_t
 * W + r∘(h̃_{t−1} U)), so the reset comes after the product, as in PyTorch. Samples come first, as with PyTorch's
 * `batch_first=True`. One loop goes through the turns, however many there are.
 *
 * The parameters are W, `input` [inputs + 1, 3·size], and U, `recurrent` [size + 1, 3·size]. Each has a bias in its last
 * row. Columns are in PyTorch's order r, z, n. Several layers or two directions have their weights in the children
 * `layer0`, `reverse0`, `layer1`, ….
 *
 * The input is x [n, T, inputs], or `{ x, state }` with the state before the first turn, [n, layers × directions, size].
 * The last state is in the extras.
 *
 * All samples have T turns: there are no lengths. So with padding at the end, `reverse` begins with the padding and
 * `returns: "last"` comes after it. Take `returns: "all"` and the right turn of each sample then.
 *
 * Settings are `layers`, `bidirectional`, `reverse`, `dropout`, `returns`, `inputInit` and `recurrentInit`: see
 * {@link RecurrentSettings}.
 *
 * @function
 * @category Models: layers
 */
export const gru = defRecurrent("gru", () => gruUnit);

/**
 * Makes one turn of a {@link gru}, for loops of your own.
 *
 * It maps x [n, inputs], or `{ x, state }` with h [n, size], to h' [n, size]. The state is zeros by default. The weights
 * are those of a layer: write those of a trained `gru` to its paths. Or call the `gru` itself with one turn, `{ x: [n, 1,
 * inputs], state }`.
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
export const gruCell = defCell("gruCell", () => gruUnit);
