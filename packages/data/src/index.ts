export { type BatchOptions, batches } from "./batches.ts";
export { checkFinite } from "./checkFinite.ts";
export { type CsvOptions, type CsvRow, type CsvType, readCsv } from "./csv/readCsv.ts";
export {
  type AnyDataSet,
  classesOf,
  type DataParts,
  type DataSet,
  type DataSetOf,
  dataSet,
  inputScaleOf,
  type Reading,
  type SplitName,
  type SplitOf,
  splitsOf,
} from "./dataSet.ts";
export { gatherRows } from "./gatherRows.ts";
export { type IdxOptions, readIdx } from "./idx/readIdx.ts";
export { mnist } from "./mnist/mnist.ts";
export type { MnistFileName, MnistOptions } from "./mnist/mnistOptions.ts";
export { type NpzOptions, readNpz, writeNpz } from "./numpy/npz.ts";
export { type NpyOptions, readNpy } from "./numpy/readNpy.ts";
export { writeNpy } from "./numpy/writeNpy.ts";
export type { TensorFile } from "./safetensors/format.ts";
export {
  type SafetensorsLayout,
  safetensorsLayout,
  type TensorEntry,
} from "./safetensors/layout.ts";
export {
  type ByteSource,
  type OpenSafetensors,
  openSafetensors,
} from "./safetensors/openSafetensors.ts";
export { readSafetensors, type SafetensorsOptions } from "./safetensors/readSafetensors.ts";
export { tensorBytes, writeSafetensors } from "./safetensors/writeSafetensors.ts";
export {
  type AnySplit,
  type Classes,
  rowsOf,
  type Split,
  type SplitParts,
  type TargetsOf,
  type TensorsOf,
  type Values,
} from "./split.ts";
export { type Dealt, type SplitSizes, splitRows } from "./splitRows.ts";
export {
  isStream,
  type Pass,
  type StreamParts,
  type StreamSet,
  streamData,
} from "./streamData.ts";
export { boolean } from "./table/boolean.ts";
export { type CategoryOptions, category } from "./table/category.ts";
export type { Cells, Column, ColumnForm, LearnedColumn } from "./table/column.ts";
export { fromColumns } from "./table/fromColumns.ts";
export { type NumberOptions, number } from "./table/number.ts";
export type {
  ColumnsOfForm,
  Table,
  TableColumns,
  TableInputs,
  TableRows,
  TableSplit,
  TableTargets,
} from "./table/tableTypes.ts";
