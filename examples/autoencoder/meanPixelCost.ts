import type { Tensor } from "metrigrad";

/** The cost of images, bytes [rows, pixels], in nats, by what knows the mean of each pixel only: the sum of their entropies. */
export function meanPixelCost(images: Tensor): number {
  const [rows = 0, pixels = 0] = images.shape;
  const ink = images.data();
  const sums = new Float64Array(pixels);
  for (let i = 0; i < rows * pixels; i++)
    sums[i % pixels] = (sums[i % pixels] as number) + (ink[i] as number);
  const entropy = (p: number) =>
    p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  return sums.reduce((cost, sum) => cost + entropy(sum / (255 * rows)), 0);
}
