import { uniformValues } from "./data.ts";
import type { NaturalProblem, StepProblem, TrainingProblem } from "./problems.ts";

/** Widths of the paper's network. */
export const paperWidths = [784, 80, 80, 80, 10] as const;

/**
 * A step of a relu network. Its learning rate is so small that the values stay as they are at the
 * beginning of training, however long the measurement takes.
 */
export function stepProblem(
  optimizer: StepProblem["optimizer"],
  widths: readonly number[],
  batch: number,
): StepProblem {
  const learningRate = optimizer === "adam" ? 1e-5 : 1e-3;
  return { ...training(widths, batch, learningRate), optimizer };
}

/** The same with the settings of `rngd()`, without its average. */
export function naturalProblem(widths: readonly number[], batch: number): NaturalProblem {
  return { ...training(widths, batch, 1e-4), damping: 2, momentum: 0.9 };
}

function training(widths: readonly number[], batch: number, learningRate: number): TrainingProblem {
  const layers = widths.slice(1).map((outputs, at) => {
    const inputs = widths[at] as number;
    const limit = Math.sqrt(6 / inputs);
    return { inputs, outputs, w: uniformValues(inputs * outputs, 10 + at, -limit, limit) };
  });
  const classes = widths.at(-1) ?? 1;
  return {
    learningRate,
    batch,
    layers,
    x: uniformValues(batch * (widths[0] ?? 1), 7, 0, 1),
    labels: Int32Array.from({ length: batch }, (_, row) => (7 * row) % classes),
  };
}
