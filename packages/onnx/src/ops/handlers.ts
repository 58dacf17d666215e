import type { Op } from "@metrigrad/graph";
import { arrangeHandlers } from "./arrange.ts";
import { productHandlers } from "./products.ts";
import { reduceHandlers } from "./reduce.ts";
import type { Handler } from "./writer.ts";

const handlers: ReadonlyMap<unknown, Handler> = new Map<unknown, Handler>([
  ...arrangeHandlers,
  ...productHandlers,
  ...reduceHandlers,
]);

/** Returns the handler of an op, or null if it has none. */
export function handlerOf(op: Op): Handler | null {
  return handlers.get(op) ?? null;
}
