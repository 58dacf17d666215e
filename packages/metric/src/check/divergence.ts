/**
 * lim KL(p_θ ‖ p_θ+εδ)·2/ε² along δ from the divergences of finite steps: even differences at ε and ε/2,
 * extrapolated, with an error of order ε⁴.
 */
export async function divergenceRate(
  divergence: (delta: Float64Array) => Promise<number>,
  delta: Float64Array,
  epsilon = 1e-2,
): Promise<number> {
  const along = (step: number) => divergence(delta.map((value) => step * value));
  const rate = async (step: number) => ((await along(step)) + (await along(-step))) / step ** 2;
  return (4 * (await rate(epsilon / 2)) - (await rate(epsilon))) / 3;
}
