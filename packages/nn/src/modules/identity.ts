import type { Node } from "@metrigrad/graph";
import { defModule } from "../core/defModule.ts";
import { noSettings } from "./checkSettings.ts";

/** x itself: where a module is asked for and nothing is to be done. */
export const identity = defModule({
  name: "identity",
  options: (...given: readonly never[]) => noSettings("identity", given),
  apply: (_, x: Node) => x,
});
