/**
 * LeNet-5 (LeCun et al. 1998) as it is made today: relu and the largest of each 2×2 window, where the original has
 * tanh and trained means; convolutions see all channels. It tells digits apart, or the pictures of any folder.
 *
 * Run it: `npx tsx examples/lenet/lenet.ts --optimizer rngd`, and see `--help`.
 */
import { categorical, conv2d, dense, fit, flatten, maxPool2d, relu, sequential } from "metrigrad";
import { digitImages } from "../support/digitImages.ts";
import {
  type ImageSettings,
  type ImageShape,
  imageCommand,
  imageShape,
} from "../support/imageCommand.ts";
import { imageOptimizers } from "../support/imageOptimizers.ts";
import { isMain } from "../support/settings.ts";

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

export async function train({ size, data: given, onEpoch, ...how }: ImageSettings) {
  const rows = 50 * Math.round(100 * size);
  const data = given ?? (await digitImages({ rows, valid: rows / 2, seed: how.seed }));
  const run = fit(lenet(imageShape(data)), {
    data,
    likelihood: categorical(),
    batchSize: 50,
    epochs: 3,
    ...how,
  });
  const costs: number[] = [];
  for await (const event of run) {
    onEpoch?.(event);
    costs.push(event.trainCost ?? Number.NaN);
  }
  // #endregion
  const { cost, accuracy = 0 } = await run.evaluate("valid");
  await run.close();
  return { "first cost": costs[0] ?? 0, "last cost": costs.at(-1) ?? 0, cost, accuracy };
}

const ways = imageOptimizers({
  adam: 0.008,
  sgd: 0.1,
  rngd: { learningRate: 0.2, absolute: 0.5 },
  kfac: { learningRate: 0.006, absolute: 0.03 },
});

export const optimizers = { adam: ways.adam(), rngd: ways.rngd() };

if (isMain(import.meta.url)) await imageCommand(train, ways);
