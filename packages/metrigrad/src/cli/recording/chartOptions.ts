import type { Recording } from "@metrigrad/train";
import type { CurveOptions } from "@metrigrad/view";
import { archs } from "../archs.ts";
import { optimizers } from "../optimizers.ts";
import { paperChart } from "../paper.ts";

/** How the picture of a recording is drawn: one of the paper's experiment as that command draws it. */
export function chartOptions({ environment, runs }: Recording): CurveOptions {
  const [first] = runs;
  if (first === undefined) return {};
  const { batchSize } = first.settings;
  const known = runs.every(
    ({ arch, optimizer }) => Object.hasOwn(archs, arch) && Object.hasOwn(optimizers, optimizer),
  );
  // A recording of train names its file, whose model may be called "plain" too.
  const ofPaper = known && environment.file === undefined;
  if (ofPaper) return paperChart(batchSize);
  const names = [...new Set(runs.map(({ arch }) => arch))].join(", ");
  return { title: batchSize === undefined ? names : `${names}, batch ${batchSize}` };
}
