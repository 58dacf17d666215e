import { defModule } from "../core/defModule.ts";
import { applyConvolution } from "./convApply.ts";
import {
  type ConvolutionOptions,
  type ConvTransposeSettings,
  convolutionOptions,
  convolutionParams,
} from "./convOptions.ts";

/**
 * h = f(T), T the transposed convolution of x [n, in, length] → [n, out, length] (as PyTorch's
 * `ConvTranspose1d`); lengths grow to (length − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Parameter
 * `w` [in/groups·kernel… + 1, out] with the bias in its last row: rows are those of a patch of x with zeros in between.
 * Initial values are uniform in ±1/√(out/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const convTranspose1d = defModule({
  name: "convTranspose1d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvTransposeSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("convTranspose1d", 1, inputs, outputs, kernel, settings, true),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("convTranspose1d", w, x, context),
});

/**
 * h = f(T), T the transposed convolution of x [n, in, height, width] → [n, out, height, width] (as PyTorch's
 * `ConvTranspose2d`); lengths grow to (length − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Parameter
 * `w` [in/groups·kernel… + 1, out] with the bias in its last row: rows are those of a patch of x with zeros in between.
 * Initial values are uniform in ±1/√(out/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const convTranspose2d = defModule({
  name: "convTranspose2d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvTransposeSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("convTranspose2d", 2, inputs, outputs, kernel, settings, true),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("convTranspose2d", w, x, context),
});

/**
 * h = f(T), T the transposed convolution of x [n, in, depth, height, width] → [n, out, depth, height, width] (as PyTorch's
 * `ConvTranspose3d`); lengths grow to (length − 1)·stride − 2·padding + dilation·(kernel − 1) + outputPadding + 1. Parameter
 * `w` [in/groups·kernel… + 1, out] with the bias in its last row: rows are those of a patch of x with zeros in between.
 * Initial values are uniform in ±1/√(out/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const convTranspose3d = defModule({
  name: "convTranspose3d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvTransposeSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("convTranspose3d", 3, inputs, outputs, kernel, settings, true),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("convTranspose3d", w, x, context),
});
