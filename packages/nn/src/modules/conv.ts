import { defModule } from "../core/defModule.ts";
import { applyConvolution } from "./convApply.ts";
import {
  type ConvolutionOptions,
  type ConvSettings,
  convolutionOptions,
  convolutionParams,
  convolutionTorch,
} from "./convOptions.ts";

/**
 * Makes a convolution over one axis, as PyTorch's `Conv1d`: h = f(X̃W) of all patches.
 *
 * It maps x [n, in, length] to [n, out, length']. The parameter `w` is [in/groups·kernel + 1, out]. Its first rows are
 * those of a patch, channels first, and its last row is the bias. Metrics see a dense layer on the patches. `w` begins
 * uniform in ±1/√(in/groups·kernel), as in PyTorch.
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the length of a patch.
 * - `settings`: see {@link ConvSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("conv1d", w, x, context),
});

/**
 * Makes a convolution over two axes, as PyTorch's `Conv2d`: h = f(X̃W) of all patches.
 *
 * It maps x [n, in, height, width] to [n, out, height', width']. The parameter `w` is [in/groups·kernel… + 1, out], where
 * kernel… is the number of places of a patch. Its first rows are those of a patch, channels first, and its last row is the
 * bias. Metrics see a dense layer on the patches. `w` begins uniform in ±1/√(in/groups·kernel…), as in PyTorch.
 *
 * {@includeCode ../../../../examples/api/nn/conv2d.ts#example}
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the lengths of a patch, one number for both axes or one for each.
 * - `settings`: see {@link ConvSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("conv2d", w, x, context),
});

/**
 * Makes a convolution over three axes, as PyTorch's `Conv3d`: h = f(X̃W) of all patches.
 *
 * It maps x [n, in, depth, height, width] to [n, out, depth', height', width']. The parameter `w` is [in/groups·kernel… +
 * 1, out], where kernel… is the number of places of a patch. Its first rows are those of a patch, channels first, and its
 * last row is the bias. Metrics see a dense layer on the patches. `w` begins uniform in ±1/√(in/groups·kernel…), as in
 * PyTorch.
 *
 * - `inputs`: the number of channels of the input.
 * - `outputs`: the number of channels of the response.
 * - `kernel`: the lengths of a patch, one number for all axes or one for each.
 * - `settings`: see {@link ConvSettings}; optional.
 *
 * @throws {@link ShapeError} if channels, kernel and groups do not fit together; when the module is applied, if the input
 *   does not fit.
 * @throws {@link GraphError} if a setting, the padding or the activation is unknown.
 * @function
 * @category Models: layers
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
  torch: convolutionTorch,
  apply: ({ w }, x, context) => applyConvolution("conv3d", w, x, context),
});
