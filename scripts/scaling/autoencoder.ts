/** The autoencoder of examples/autoencoder as a file that `metrigrad train` and `metrigrad plan` take; its own optimizer is K-FAC. */
import { bernoulli, dataSet, mnist } from "metrigrad";
import { autoencoder, optimizers } from "../../examples/autoencoder/autoencoder.ts";

export const model = autoencoder;
export const likelihood = bernoulli;
export const optimizer = optimizers.kfac;

/** As many rows as one rank alone has at most. */
export async function data() {
  const { train } = await mnist({ split: [2048, 0, 0] });
  return dataSet({ name: "mnist", train: { ...train, targets: "inputs" } });
}
