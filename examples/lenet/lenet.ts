/**
 * LeNet-5 (LeCun et al. 1998) as it is made today: relu and the largest of each 2×2 window, where the original has
 * tanh and trained means; convolutions see all channels. It tells digits apart, or the pictures of any folder.
 *
 * Run it: `npx tsx examples/lenet/lenet.ts --optimizer rngd`, and see `--help`.
 */
import { conv2d, dense, flatten, maxPool2d, relu, sequential } from "metrigrad";
import { type ImageSettings, type ImageShape, imageCommand } from "../support/imageCommand.ts";
import { imageOptimizers } from "../support/imageOptimizers.ts";
import { isMain } from "../support/settings.ts";
import { trainImages } from "../support/trainImages.ts";

// #region model
const activation = relu;

/** Images below 32×32 get a margin of two zeros, so that 28×28 is what 32×32 is. */
export function lenet({ channels, side, classes }: ImageShape) {
  const padding = side < 32 ? 2 : 0;
  const first = Math.floor((side + 2 * padding - 4) / 2);
  const second = Math.floor((first - 4) / 2);
  return sequential(
    conv2d(channels, 6, 5, { padding, activation }),
    maxPool2d(2),
    conv2d(6, 16, 5, { activation }),
    maxPool2d(2),
    flatten(),
    dense(16 * second ** 2, 120, { activation }),
    dense(120, 84, { activation }),
    dense(84, classes),
  );
}
// #endregion

export const train = (settings: ImageSettings) =>
  trainImages(lenet, settings, { images: 5000, batchSize: 50 });

const ways = imageOptimizers({
  adam: 0.008,
  sgd: 0.1,
  rngd: { learningRate: 0.2, absolute: 0.5 },
  kfac: { learningRate: 0.006, absolute: 0.03 },
});

export const optimizers = { adam: ways.adam(), rngd: ways.rngd() };

if (isMain(import.meta.url)) await imageCommand(train, ways);
