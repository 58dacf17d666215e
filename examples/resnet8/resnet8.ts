/**
 * A residual network of eight layers for small images (He et al. 2015, section 4.2, with n = 1): a convolution, three
 * blocks of 16, 32 and 64 channels, the mean of each channel over all places, and a dense layer. Where a block changes
 * the shape, x goes through a convolution of 1×1 (their option B; for small images they pad with zeros).
 *
 * Run it: `npx tsx examples/resnet8/resnet8.ts --optimizer rngd`, and see `--help`.
 */
import {
  batchNorm,
  conv2d,
  dense,
  globalAvgPool,
  heNormal,
  lambda,
  type Node,
  relu,
  sequential,
  skip,
} from "metrigrad";
import { type ImageSettings, type ImageShape, imageCommand } from "../support/imageCommand.ts";
import { imageOptimizers } from "../support/imageOptimizers.ts";
import { isMain } from "../support/settings.ts";
import { trainImages } from "../support/trainImages.ts";

// #region model
const rectified = lambda((x: Node) => relu(x));

/** A convolution that keeps the places, or every second one, and normalises its channels. */
function normed(inputs: number, outputs: number, kernel: number, stride = 1) {
  const how = { stride, padding: (kernel - 1) / 2, bias: false, init: heNormal };
  return sequential(conv2d(inputs, outputs, kernel, how), batchNorm(outputs));
}

function block(inputs: number, outputs: number, stride: number) {
  const inner = [normed(inputs, outputs, 3, stride), rectified, normed(outputs, outputs, 3)];
  const projection = inputs === outputs ? [] : [normed(inputs, outputs, 1, stride)];
  return sequential(skip(sequential(...inner), ...projection), rectified);
}

export const resnet8 = ({ channels, classes }: ImageShape) =>
  sequential(
    sequential(normed(channels, 16, 3), rectified),
    ...[block(16, 16, 1), block(16, 32, 2), block(32, 64, 2)],
    globalAvgPool(),
    dense(64, classes),
  );
// #endregion

export const train = (settings: ImageSettings) =>
  trainImages(resnet8, settings, { images: 2000, batchSize: 10 });

const ways = imageOptimizers({
  adam: 0.003,
  sgd: 0.05,
  rngd: { learningRate: 1, absolute: 0.5 },
  kfac: { learningRate: 0.006, absolute: 0.03 },
});

export const optimizers = { adam: ways.adam(), rngd: ways.rngd() };

if (isMain(import.meta.url)) await imageCommand(train, ways);
