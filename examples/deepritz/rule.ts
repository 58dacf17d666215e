/**
 * A rule for integrals over the unit square: on each side n points of Gauss and Legendre on either side of a cut. Its error falls
 * exponentially with n for a smooth function, wherever the cuts are; a rule with other cuts has other points.
 */
export function cutRule(n: number, cuts: readonly [number, number]) {
  const [across, along] = cuts.map((cut) =>
    legendre(n).flatMap(({ x, weight }) => [
      { x: cut * x, weight: cut * weight },
      { x: cut + (1 - cut) * x, weight: (1 - cut) * weight },
    ]),
  ) as [Part[], Part[]];
  return {
    points: across.flatMap(({ x }) => along.map(({ x: y }) => [x, y])),
    weights: across.flatMap((one) => along.map((two) => [one.weight * two.weight])),
  };
}

interface Part {
  readonly x: number;
  readonly weight: number;
}

/**
 * The n points of Gauss and Legendre in [0, 1] and their weights, which add up to 1: roots of P_n by Newton's method, weights
 * 2/((1 − z²)P_n'(z)²) on [−1, 1].
 */
function legendre(n: number): readonly Part[] {
  return Array.from({ length: n }, (_, k) => {
    let z = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let turn = 0; turn < 20; turn++) {
      let [before, value] = [1, z];
      for (let j = 2; j <= n; j++) {
        [before, value] = [value, ((2 * j - 1) * z * value - (j - 1) * before) / j];
      }
      slope = (n * (before - z * value)) / (1 - z * z);
      z -= value / slope;
    }
    return { x: (1 + z) / 2, weight: 1 / ((1 - z * z) * slope ** 2) };
  });
}
