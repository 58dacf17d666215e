import type { Node } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import { noSettings } from "./checkSettings.ts";

/**
 * Makes a module that returns its input.
 *
 * Use it in a place that needs a module but nothing to do. It takes no settings.
 *
 * @throws {@link GraphError} if it is given a setting.
 * @function
 * @category Models: composing
 */
export const identity = defModule({
  name: "identity",
  options: (...given: readonly never[]) => noSettings("identity", given),
  apply: (_, x: Node) => x,
});
