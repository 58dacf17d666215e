import { affinePatches, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import type { ApplyContext } from "../core/module.ts";
import type { ConvolutionOptions } from "./convOptions.ts";

/** Returns T = X̃W of all patches. Throws ShapeError that names the module. */
function product(where: string, w: Node, x: Node, options: ConvolutionOptions): Node {
  const { kernel, stride, padding, dilation, groups, bias, transposed, outputPadding } = options;
  const common = { kernel, stride, padding, dilation, groups, bias, transposed };
  try {
    return affinePatches(x, w, transposed ? { ...common, outputPadding } : common);
  } catch (error) {
    if (error instanceof ShapeError && error.parts.where === "affinePatches") {
      throw new ShapeError({ ...error.parts, where });
    }
    throw error;
  }
}

/** Returns h = f(X̃W) of all patches. Throws ShapeError if the input has another shape. */
export function applyConvolution(
  where: string,
  w: Node,
  x: Node,
  { options }: Pick<ApplyContext<ConvolutionOptions>, "options">,
) {
  const { inputs, kernel, activation } = options;
  if (x.shape.length !== kernel.length + 2 || x.shape[1] !== inputs) {
    const lengths = ["depth", "height", "width"].slice(-kernel.length).join(", ");
    throw new ShapeError({
      where,
      must: `its input must be [n, ${inputs}, ${kernel.length === 1 ? "length" : lengths}]`,
      got: `[${x.shape.join(", ")}]`,
      todo: "check the channels of the layers before it; channels come before lengths",
    });
  }
  const preActivation = product(where, w, x, options);
  const response = activation === null ? preActivation : activation(preActivation);
  return { response, preActivation };
}
