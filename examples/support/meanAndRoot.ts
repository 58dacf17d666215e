import { defModule, type GaussianFamily, matmul, param, transpose, tril, zeros } from "metrigrad";

/** A Gaussian by its mean and a lower factor of its covariance S = LL', as plain gradients need it; it begins at N(0, I). */
export const meanAndRoot = defModule({
  name: "meanAndRoot",
  options: (family: GaussianFamily) => ({ family, size: family.shapes.linear[0] as number }),
  params: ({ size }) => ({
    mean: param([size], zeros),
    root: param([size, size], () =>
      Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
    ),
  }),
  apply: ({ mean, root }, _: readonly [], { options: { family } }) => {
    const factor = tril(root);
    return family.fromMoments({ mean, covariance: matmul(factor, transpose(factor)) });
  },
});
