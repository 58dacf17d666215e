import { defModule } from "../core/defModule.ts";
import { applyConvolution } from "./convApply.ts";
import {
  type ConvolutionOptions,
  type ConvSettings,
  convolutionOptions,
  convolutionParams,
} from "./convOptions.ts";

/**
 * h = f(X̃W) of patches: x [n, in, length] → [n, out, length] (as PyTorch's `Conv1d`). Parameter `w`
 * [in/groups·kernel… + 1, out] has the bias in its last row; its other rows are those of a patch, channels first. Metrics
 * see a dense layer on the patches. Initial values are uniform in ±1/√(in/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const conv1d = defModule({
  name: "conv1d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("conv1d", 1, inputs, outputs, kernel, settings, false),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("conv1d", w, x, context),
});

/**
 * h = f(X̃W) of patches: x [n, in, height, width] → [n, out, height, width] (as PyTorch's `Conv2d`). Parameter `w`
 * [in/groups·kernel… + 1, out] has the bias in its last row; its other rows are those of a patch, channels first. Metrics
 * see a dense layer on the patches. Initial values are uniform in ±1/√(in/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const conv2d = defModule({
  name: "conv2d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("conv2d", 2, inputs, outputs, kernel, settings, false),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("conv2d", w, x, context),
});

/**
 * h = f(X̃W) of patches: x [n, in, depth, height, width] → [n, out, depth, height, width] (as PyTorch's `Conv3d`). Parameter `w`
 * [in/groups·kernel… + 1, out] has the bias in its last row; its other rows are those of a patch, channels first. Metrics
 * see a dense layer on the patches. Initial values are uniform in ±1/√(in/groups·kernel…), as PyTorch's.
 * @throws ShapeError for channels, kernels and inputs that do not fit
 * @throws GraphError for an unknown activation
 */
export const conv3d = defModule({
  name: "conv3d",
  options: (
    inputs: number,
    outputs: number,
    kernel: number | readonly number[],
    settings: ConvSettings = {},
  ): ConvolutionOptions =>
    convolutionOptions("conv3d", 3, inputs, outputs, kernel, settings, false),
  params: convolutionParams,
  apply: ({ w }, x, context) => applyConvolution("conv3d", w, x, context),
});
