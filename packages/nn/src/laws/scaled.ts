import { fill, type Node } from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError } from "@metrigrad/tensor";
import { parametersOf } from "./blocks.ts";

/**
 * The scale of every response. With "learned" its logarithm is among the outputs of the model.
 *
 * @category Laws and losses
 */
export type Scale = number | "learned";

/**
 * Returns the scale among options, 1 by default. Throws GraphError if an option is unknown, and ShapeError if the scale is
 * out of range.
 */
export function scaleOf(
  where: string,
  options: { readonly scale?: Scale },
  more: readonly string[] = [],
): Scale {
  checkNames(where, options, ["scale", ...more], GraphError);
  const { scale = 1 } = options;
  if (scale === "learned") return scale;
  if (typeof scale === "number" && scale > 0 && Number.isFinite(scale)) return scale;
  throw new ShapeError({
    where,
    must: 'scale must be a positive number, or "learned"',
    got: String(scale),
    todo: "leave it out for 1",
  });
}

/** Returns the places of responses and the logarithms of their scales, [n, m] each. Throws ShapeError. */
export function scaledParts(
  where: string,
  scale: Scale,
  h: Node,
): { readonly place: Node; readonly lnScale: Node } {
  if (scale !== "learned") return { place: h, lnScale: fill(h.shape, Math.log(scale)) };
  const [place, lnScale] = parametersOf(where, ["the places", "ln of the scales"], h);
  return { place: place as Node, lnScale: lnScale as Node };
}
