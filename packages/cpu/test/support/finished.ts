import { arg, call, literal, primitiveFns } from "@metrigrad/tensor";
import type { Random } from "./random.ts";
import type { Layout, TestPlan } from "./steps.ts";

/** A layer with its mask; a pullback through one; an update in place; a layer that keeps the product. */
export const finishKinds = ["dense", "mask", "update", "kept"] as const;

export type FinishKind = (typeof finishKinds)[number];

/** The epilogue and the outputs of a product of a shape. */
export function finished(
  plan: TestPlan,
  random: Random,
  shape: readonly number[],
  kind: FinishKind,
  layout: Layout = {},
) {
  const value = () => random.between(-1, 1);
  const same = () => plan.view(shape, "f32", value, layout);
  const lead = shape.slice(0, -1).map((_, axis) => axis);
  const bias = plan.view(shape, "f32", value, { broadcast: lead });
  const sum = call(primitiveFns.add, arg(0), arg(1));
  const positive = call(primitiveFns.gt, sum, literal(0));
  const relu = call(primitiveFns.select, positive, sum, literal(0));
  const bool = () => plan.view(shape, "bool", (at) => at % 2, layout);
  if (kind === "mask") {
    const mask = call(primitiveFns.select, arg(1, "bool"), arg(0), literal(0));
    return { epilogue: { inputs: [bool()], exprs: [mask] }, outputs: [same()] };
  }
  if (kind === "update") {
    const old = same();
    const next = call(primitiveFns.sub, arg(1), call(primitiveFns.mul, arg(0), literal(0.1)));
    return { epilogue: { inputs: [old], exprs: [next] }, outputs: [old] };
  }
  if (kind === "kept") {
    const exprs = [relu, arg(0)];
    return { epilogue: { inputs: [bias], exprs }, outputs: [same(), same()] };
  }
  const exprs = [positive, relu, call(primitiveFns.exp, sum)];
  return { epilogue: { inputs: [bias], exprs }, outputs: [bool(), same(), same()] };
}
