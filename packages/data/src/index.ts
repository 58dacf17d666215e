export { type BatchOptions, batches } from "./batches.ts";
export { checkFinite } from "./check-finite.ts";
export { type DataSet, dataSet, type Split } from "./data-set.ts";
export { gatherRows } from "./gather-rows.ts";
export { type IdxOptions, readIdx } from "./idx/read-idx.ts";
export { type MnistOptions, mnist } from "./mnist/mnist.ts";
export { type SplitSizes, splitRows } from "./split-rows.ts";
