export { type BatchOptions, batches } from "./batches.ts";
export { checkFinite } from "./checkFinite.ts";
export { type DataSet, dataSet, type Split } from "./dataSet.ts";
export { gatherRows } from "./gatherRows.ts";
export { type IdxOptions, readIdx } from "./idx/readIdx.ts";
export { type MnistOptions, mnist } from "./mnist/mnist.ts";
export { type SplitSizes, splitRows } from "./splitRows.ts";
