import { gatherRows, type Tensor, tensor, uniformStream } from "metrigrad";
import { digits } from "../support/digits.ts";

/** Turned digits of which half of the labels and a third of the angles are missing in the training rows. */
export async function turnedDigits({ rows, seed }: { rows: number; seed: number }) {
  const held = Math.round(rows / 4);
  const { images, labels, angles } = await digits({ rows: rows + held, seed, turn: 0.8 });
  const stream = uniformStream({ seed, path: "examples/missing" });
  const part = (first: number, count: number, known: (i: number, share: number) => boolean) => {
    const chosen = Array.from({ length: count }, (_, i) => first + i);
    const mask = (task: number, share: number) =>
      tensor(Float32Array.from(chosen, (row) => Number(known(2 * row + task, share))));
    const take = (values: Tensor) => gatherRows(values, chosen);
    return {
      inputs: take(images),
      targets: {
        digit: { value: take(labels), mask: mask(0, 0.5) },
        angle: { value: take(angles), mask: mask(1, 0.67) },
      },
    };
  };
  return {
    name: "turned digits",
    train: part(0, rows, (i, share) => stream.uniform(i) < share),
    valid: part(rows, held, () => true),
  };
}
