import { type Node, type Op, relu } from "@metrigrad/graph";
import { arrangeHandlers } from "./arrange.ts";
import { productHandlers } from "./products.ts";
import { reduceHandlers } from "./reduce.ts";
import { entry, type Handler } from "./writer.ts";

const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ...arrangeHandlers,
  ...productHandlers,
  ...reduceHandlers,
  // Runtimes join it with the product before it.
  entry(relu.op, ({ inputs }, to) => to.add("Relu", [to.nameOf(inputs[0] as Node)])),
]);

/** Returns the handler of an op, or null if it has none. */
export function handlerOf(op: Op): Handler | null {
  return handlers.get(op) ?? null;
}
