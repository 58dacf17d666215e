import { GraphError, type Tensor, tensor } from "@metrigrad/tensor";

/**
 * All states of some spins, for sums without sampling. Spin i of state s is +1 where bit i of s is set, else −1.
 *
 * @param spins - How many; 20 at most.
 * @returns [2^spins, spins].
 * @throws GraphError for another number.
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
