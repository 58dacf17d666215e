/** Pictures of a page as SVG files of their own, drawn by @metrigrad/view. This is loaded when a picture is asked for. */
import { tensor } from "@metrigrad/tensor";
import { type CurveQuantity, curves, heatmap, spectrum, stepLengths } from "@metrigrad/view";
import type { Lap } from "../race/turns.ts";
import type { SeenBlock, StepLength } from "../small/net.ts";

/** The race as curves, with the settings in its note. */
export function racePicture(
  title: string,
  laps: readonly Lap[],
  quantity: CurveQuantity,
  note: string,
): string {
  const labels = [...new Set(laps.map(({ name }) => name))];
  const records = labels.map((label) => ({
    label,
    points: laps
      .filter(({ name }) => name === label)
      .map(({ seconds, steps, measures }) => ({ seconds, step: steps, ...measures })),
  }));
  const by = { of: "seconds", title: "seconds of own steps", log: false };
  return curves(records, { title, quantities: [quantity], by, note });
}

/** The metric of each block as a heat map. */
export function metricPicture(title: string, blocks: readonly SeenBlock[]): string {
  const matrices = blocks.map(({ name, order, values }) => {
    return [name, tensor(values, { shape: [order, order] })] as const;
  });
  return heatmap(Object.fromEntries(matrices), { title, quantity: "entry", scale: "cbrt" });
}

/** The eigenvalues of each block by rank. */
export function spectrumPicture(title: string, blocks: readonly SeenBlock[]): string {
  const spectra = blocks.map(({ name, eigenvalues }) => [name, [...eigenvalues]] as const);
  return spectrum(Object.fromEntries(spectra), { title });
}

/** The length of each step by block. */
export function lengthsPicture(title: string, steps: readonly StepLength[]): string {
  const reports = steps.map(({ step, lengths }) => ({
    step,
    quantities: {},
    blocks: Object.entries(lengths).map(([path, length]) => {
      return { path, params: [], solver: "", quantities: { length } };
    }),
  }));
  return stepLengths(reports, { title });
}
