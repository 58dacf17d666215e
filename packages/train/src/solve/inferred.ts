import { applierOf } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import { applyBy, functionsOf, type Solvable } from "./model.ts";

/** Returns a model on a store as functions of nodes, in inference mode. */
export function inferred(model: Solvable, store: Store): unknown {
  const applier = applierOf({
    mode: "infer",
    rowWeights: null,
    pathOf: (spec) => store.pathOf(spec),
  });
  return functionsOf(model, applyBy(applier));
}
