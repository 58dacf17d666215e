import { defModule } from "../core/defModule.ts";
import { applyConvolution } from "./convApply.ts";
import {
  type ConvolutionOptions,
  type ConvTransposeSettings,
  convolutionOptions,
  convolutionParams,
  convolutionTorch,
} from "./convOptions.ts";

/**
 * Makes a transposed convolution over one axis, as PyTorch's `ConvTranspose1d`: h = f(T).
 *
 * It maps x [n, in, length] to [n, out, length']. The new length is (length − 1)·stride − 2·padding + dilation·(kernel − 1)
 * + outputPadding + 1. The parameter `w` is [in/groups·kernel + 1, out] with the bias in the last row. Its rows are those
 * of a patch of x with zeros in between. It begins uniform in ±1/√(out/groups·kernel), as in PyTorch.
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the length of a patch.
 * - `settings`: see {@link ConvTransposeSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("convTranspose1d", w, x, context),
});

/**
 * Makes a transposed convolution over two axes, as PyTorch's `ConvTranspose2d`: h = f(T).
 *
 * It maps x [n, in, height, width] to [n, out, height', width']. Each new length is (length − 1)·stride − 2·padding +
 * dilation·(kernel − 1) + outputPadding + 1. The parameter `w` is [in/groups·kernel… + 1, out] with the bias in the last
 * row. Its rows are those of a patch of x with zeros in between. It begins uniform in ±1/√(out/groups·kernel…), as in
 * PyTorch.
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the lengths of a patch, one number for both axes or one for each.
 * - `settings`: see {@link ConvTransposeSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("convTranspose2d", w, x, context),
});

/**
 * Makes a transposed convolution over three axes, as PyTorch's `ConvTranspose3d`: h = f(T).
 *
 * It maps x [n, in, depth, height, width] to [n, out, depth', height', width']. Each new length is (length − 1)·stride −
 * 2·padding + dilation·(kernel − 1) + outputPadding + 1. The parameter `w` is [in/groups·kernel… + 1, out] with the bias in
 * the last row. Its rows are those of a patch of x with zeros in between. It begins uniform in ±1/√(out/groups·kernel…), as
 * in PyTorch.
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the lengths of a patch, one number for all axes or one for each.
 * - `settings`: see {@link ConvTransposeSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("convTranspose3d", w, x, context),
});
