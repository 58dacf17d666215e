import { cpu } from "@metrigrad/cpu";
import type { Module } from "@metrigrad/nn";
import type { Backend } from "@metrigrad/tensor";
import type { Measure } from "../../auto/measure.ts";
import { trainingTime } from "../../auto/trainingTime.ts";
import type { FitOptions } from "../../fit.ts";
import { type BackendName, backends } from "../backends.ts";
import { refuse } from "../usage.ts";
import type { Experiment, TrainFlags } from "./experiment.ts";

/** The backend of a training, and why it was taken where that was measured. Throws UsageError and BackendError. */
export async function openBackend(
  { backend, threads }: TrainFlags,
  experiment: Experiment,
  command = "train",
): Promise<{ readonly backend: Backend; readonly why: string }> {
  if (threads !== undefined) {
    if (backend !== undefined && backend !== "cpu") {
      refuse("threads", "it must come with the cpu backend", `--backend ${backend}`, command);
    }
    return { backend: await cpu({ threads }), why: "" };
  }
  if (backend === undefined && experiment.backend !== null) {
    return { backend: experiment.backend, why: "" };
  }
  const { model, options } = experiment;
  // Only "auto" measures, and a stream cannot be measured.
  const measure: Measure = (one, enough) =>
    trainingTime(model as unknown as Module, options as FitOptions)(one, enough);
  return backends[(backend ?? "cpu") as BackendName](measure);
}
