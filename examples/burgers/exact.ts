/**
 * u(x, t) of Burgers' equation u_t + uu_x = νu_xx with u(x, 0) = −sin πx, by the transform of Cole and Hopf (Basdevant and others 1986, Computers &
 * Fluids 14, eq. 2.5): u = −∫ sin π(x−η) f(x−η) exp(−η²/4νt) dη / ∫ f(x−η) exp(−η²/4νt) dη with f(y) = exp(−cos πy / 2πν). With
 * η = 2√(νt) z both are integrals by exp(−z²), where sums over equal steps converge faster than any power of the step.
 *
 * @param step - Between two z.
 */
export function burgersExact(x: number, t: number, nu: number, step = 0.1): number {
  if (t === 0) return -Math.sin(Math.PI * x);
  const terms = Array.from({ length: 2 * Math.round(20 / step) + 1 }, (_, k) => {
    const z = k * step - 20;
    const y = x - 2 * Math.sqrt(nu * t) * z;
    return { y, exponent: -(z ** 2) - Math.cos(Math.PI * y) / (2 * Math.PI * nu) };
  });
  const most = Math.max(...terms.map(({ exponent }) => exponent));
  let [above, below] = [0, 0];
  for (const { y, exponent } of terms) {
    const weight = Math.exp(exponent - most);
    above -= weight * Math.sin(Math.PI * y);
    below += weight;
  }
  return above / below;
}

/** A grid over −1 ≤ x ≤ 1 and 0 ≤ t ≤ 1 with u there. */
export function burgersGrid(across: number, along: number, nu: number) {
  const points = Array.from({ length: across * along }, (_, k) => [
    (2 * (k % across)) / (across - 1) - 1,
    Math.floor(k / across) / (along - 1),
  ]) as [number, number][];
  return { points, values: points.map(([x, t]) => [burgersExact(x, t, nu)]) };
}
