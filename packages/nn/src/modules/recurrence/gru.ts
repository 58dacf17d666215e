import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { gruUnit } from "./units.ts";

/**
 * Gated recurrent units (Cho et al. 2014): x [n, T, inputs] → [n, T, size] by h_t = n + z∘(h_{t−1} − n) with
 * (r, z) = σ(X̃_t W + h̃_{t−1} U) and n = tanh(X̃_t W + r∘(h̃_{t−1} U)) by their columns: the reset comes after the product, as in
 * PyTorch. Samples come first, as with its `batch_first=True`. Parameters `input` [inputs + 1, 3·size], W, and `recurrent`
 * [size + 1, 3·size], U, each with a bias in its last row; columns are in PyTorch's order r, z, n. One loop goes through the
 * turns, however many there are.
 *
 * With several layers or two directions the weights are those of layers `layer0`, `reverse0`, `layer1`, …. The input may be
 * `{ x, state }` with the state before the first turn, [n, layers × directions, size]; the last state is among the extras.
 *
 * All samples have T turns: there are no lengths, so with padding at the end `reverse` begins with it and `returns: "last"` is
 * after it. Take `returns: "all"` and the turn of each sample there.
 *
 * Settings: `layers`, `bidirectional`, `reverse`, `dropout` between layers, `returns` ("all", "last" or "withState"), `inputInit`
 * and `recurrentInit`.
 * @function
 */
export const gru = defRecurrent("gru", () => gruUnit);

/**
 * One turn of `gru`, for loops of one's own: x [n, inputs], or `{ x, state }` with h [n, size] → h' [n, size]. The weights are
 * those of a layer: write those of a trained `gru` to its paths, or call the `gru` itself with one turn, `{ x: [n, 1, inputs], state }`.
 * @throws ShapeError for sizes that are not positive integers, and inputs of another width
 */
export const gruCell = defCell("gruCell", () => gruUnit);
