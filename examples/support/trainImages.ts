import { categorical, fit, type Module, type Node } from "metrigrad";
import { digitImages } from "./digitImages.ts";
import { type ImageSettings, type ImageShape, imageShape } from "./imageCommand.ts";
import type { Report } from "./settings.ts";

/** What is not said in the settings. */
interface Defaults {
  /** Training images of MNIST at size 1; half as many validate. */
  readonly images: number;
  readonly batchSize: number;
}

/** Trains a classifier of images, and returns the training cost of the first and last epoch and how well it validates. */
export async function trainImages(
  modelFor: (shape: ImageShape) => Module<Node, Node>,
  { size, data: given, onEpoch, look, ...how }: ImageSettings,
  { images, batchSize }: Defaults,
): Promise<Report> {
  const rows = 50 * Math.round((images * size) / 50);
  const data = given ?? (await digitImages({ rows, valid: rows / 2, seed: how.seed }));
  const model = modelFor(imageShape(data));
  const run = fit(model, { data, likelihood: categorical(), batchSize, epochs: 3, ...how });
  const costs: number[] = [];
  for await (const event of run) {
    onEpoch?.(event);
    costs.push(event.trainCost ?? Number.NaN);
  }
  const { cost, accuracy = 0 } = await run.evaluate("valid");
  await look?.(run.store, model);
  await run.close();
  return { "first cost": costs[0] ?? 0, "last cost": costs.at(-1) ?? 0, cost, accuracy };
}
