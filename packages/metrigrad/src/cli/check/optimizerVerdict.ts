import { neg, sum, tanh } from "@metrigrad/graph";
import { dense, gaussian, sequential } from "@metrigrad/nn";
import type { Optimizer } from "@metrigrad/optim";
import { MetrigradError, reference, tensor, uniformStream } from "@metrigrad/tensor";
import { DivergenceError, type TrainingStep, trainingStep } from "@metrigrad/train";
import { failed, passed, unchecked, type Verdict } from "./verdict.ts";

const steps = 20;
const rows = 16;

/**
 * Checks an optimizer: twenty steps on sixteen rows of a small regression are finite, and lower the loss. One that refuses
 * the problem, such as groups of other parameters, is not checked.
 */
export async function optimizerVerdict(optimizer: Optimizer, seed: number): Promise<Verdict> {
  const model = sequential(dense(2, 4, { activation: tanh }), dense(4, 1));
  const backend = await reference();
  const store = await backend.store(model, { seed, float: "f64" });
  const stream = uniformStream({ seed, path: "check/optimizer" });
  const values = Float64Array.from({ length: 2 * rows }, (_, i) => stream.normal(i));
  const x = tensor(values, { shape: [rows, 2] });
  const losses: number[] = [];
  try {
    let step: TrainingStep;
    try {
      step = (await trainingStep(store, {
        optimizer,
        steps,
        feeds: { x: [rows, 2] },
        loss: ({ x: inputs }, { apply, observe }) =>
          neg(
            observe(
              apply(model, inputs as never),
              gaussian(),
              sum(inputs as never, { axis: 1, keepDims: true }),
            ),
          ),
      })) as TrainingStep;
    } catch (error) {
      if (!(error instanceof MetrigradError)) throw error;
      return unchecked(`it does not take a small regression: ${error.message}`);
    }
    for (let i = 0; i < steps; i++) losses.push((await step.run({ x })).loss);
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    return failed([error.message]);
  } finally {
    await backend.close();
  }
  const [first = 0, last = 0] = [losses[0], losses.at(-1)];
  if (last < first) return passed(steps + 1);
  const off = `the loss of a small regression must fall in ${steps} steps, got ${first} and then ${last}`;
  return failed([off], steps + 1);
}
