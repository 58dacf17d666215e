export { curves } from "./curves/curves.ts";
export type { CurveOptions } from "./curves/options.ts";
export type { CurveQuantity } from "./curves/quantities.ts";
export type { CurvePoint, CurveRecord, CurveRecords } from "./curves/records.ts";
export type { CurveBand, CurveCentre } from "./curves/together.ts";
export {
  type Landscape,
  type LandscapeOptions,
  landscape,
  type PlaneAxis,
} from "./geometry/landscape.ts";
export { learningZones, type Zone, type ZonePlane } from "./geometry/learningZones.ts";
export {
  type Spectra,
  type SpectraAt,
  type SpectrumOptions,
  spectrum,
} from "./geometry/spectrum.ts";
export { type StepLengthsOptions, stepLengths } from "./geometry/stepLengths.ts";
export { type ZoneOptions, zones } from "./geometry/zones.ts";
export { type GraphViewOptions, graphView } from "./graph/graphView.ts";
export { type HeatGroup, type HeatmapOptions, heatmap } from "./heat/heatmap.ts";
export type { MatrixValues } from "./heat/matrices.ts";
export type { HeatScale } from "./heat/scale.ts";
export { type HistogramOptions, histograms, type Snapshot } from "./history/histograms.ts";
export { type ReportPageOptions, reportPage } from "./page/reportPage.ts";
export type { NamedRecording } from "./page/runs.ts";
export { type PlanViewOptions, planView } from "./program/planView.ts";
export { type TimelineOptions, timeline } from "./program/timeline.ts";
export { epochsCsv, type TableOptions } from "./report/epochsCsv.ts";
export { writeReport } from "./report/writeReport.ts";
