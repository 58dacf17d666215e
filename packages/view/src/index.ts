export { curves } from "./curves/curves.ts";
export type { CurveOptions } from "./curves/options.ts";
export type { CurveQuantity } from "./curves/quantities.ts";
export type { CurvePoint, CurveRecord, CurveRecords } from "./curves/records.ts";
export type { CurveBand, CurveCentre } from "./curves/series.ts";
export { epochsCsv, type TableOptions } from "./report/epochsCsv.ts";
export { writeReport } from "./report/writeReport.ts";
