import { GraphError, type Tensor, tensor } from "@metrigrad/tensor";

/**
 * Returns all states of some spins, for sums without sampling. Spin i of state s is +1 if bit i of s is set, and −1
 * otherwise.
 *
 * @param spins - The number N of spins, from 1 to 20.
 * @returns The states, ±1, [2^N, N].
 * @throws {@link GraphError} if the number of spins is not an integer from 1 to 20.
 * @category Monte Carlo
 */
export function spinStates(spins: number): Tensor {
  if (!(Number.isInteger(spins) && spins >= 1 && spins <= 20)) {
    throw new GraphError({
      where: "spinStates",
      must: "the number of spins must be an integer from 1 to 20",
      got: String(spins),
      todo: "draw samples of more spins: metropolis(store, { proposal: spinFlips(), … })",
    });
  }
  const count = 2 ** spins;
  const values = Float64Array.from({ length: count * spins }, (_, at) => {
    const [state, spin] = [Math.floor(at / spins), at % spins];
    return (state >> spin) & 1 ? 1 : -1;
  });
  return tensor(values, { shape: [count, spins] });
}
