import { defCell } from "./defCell.ts";
import { defRecurrent } from "./defRecurrent.ts";
import { lstmUnit } from "./units.ts";

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000): x [n, T, inputs] → [n, T, size] by
 * c_t = σ(f)∘c_{t−1} + σ(i)∘tanh(g), h_t = σ(o)∘tanh(c_t) with (i, f, g, o) = X̃_t W + h_{t−1} U. Samples come first, as with
 * PyTorch's `batch_first=True`. Parameters `input` [inputs + 1, 4·size], W with the bias in its last row, and `recurrent`
 * [size, 4·size], U; columns are in PyTorch's order i, f, g, o. PyTorch has two biases of which just the sum counts. One
 * loop goes through the turns, however many there are.
 *
 * With several layers or two directions the weights are those of layers `layer0`, `reverse0`, `layer1`, …. The input may be
 * `{ x, state }` with the state before the first turn, `{ h, c }` of [n, layers × directions, size]; the last state is among
 * the extras.
 * @function
 */
export const lstm = defRecurrent("lstm", () => lstmUnit);

/**
 * One turn of `lstm`, for loops of one's own: x [n, inputs], or `{ x, state }` with the state `{ h, c }` of [n, size] → the
 * next state. The weights are those of a layer.
 * @throws ShapeError for sizes that are not positive integers, and inputs of another width
 */
export const lstmCell = defCell("lstmCell", () => lstmUnit);
