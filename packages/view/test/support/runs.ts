import type { Recording, RunRecord } from "@metrigrad/train";

/** A run whose numbers are a simple function of its place. */
export function exampleRun(
  arch: string,
  optimizer: string,
  seed: number,
  epochs = 3,
  pace = 1,
): RunRecord {
  return {
    arch,
    optimizer,
    settings: { learningRate: 0.1, schedule: "constant" },
    seed,
    epochs: Array.from({ length: epochs }, (_, at) => ({
      epoch: at + 1,
      trainCost: 0.4 / (at + seed),
      validCost: 0.3 / (at + seed),
      validAccuracy: 0.97 - 0.02 / (at + seed),
      seconds: pace,
      secondsMetric: pace / 2,
    })),
    test: { accuracy: 0.97, cost: 0.1 },
  };
}

/** A record of runs. */
export function exampleRecording(...runs: RunRecord[]): Recording {
  return { schema: 1, environment: { backend: "none" }, runs };
}
