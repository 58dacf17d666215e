// #region example
import { applyModel, input, transformerBlock } from "metrigrad";

const x = input("x", [5, 7, 16]);
const encoder = transformerBlock(16, 4, { dropout: 0 });
console.log(applyModel(encoder, x).output.shape); // [ 5, 7, 16 ]

// The block of a decoder attends to a memory of another length too.
const decoder = transformerBlock(16, 4, { causal: true, memory: true });
const { output } = applyModel(decoder, { query: x, memory: input("memory", [5, 9, 16]) });
console.log(output.shape); // [ 5, 7, 16 ]
// #endregion example
