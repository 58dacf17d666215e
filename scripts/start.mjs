/** `npm start -- ARGS`: makes the clone ready, then runs the paper's experiment with the arguments. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./setup.mjs";

install();
const built = build();
if (built !== 0) {
  console.error("start: the packages must compile; see the messages above, then try again");
  process.exit(built);
}
process.argv.splice(2, 0, "paper");
await import(pathToFileURL(join(root, "packages", "metrigrad", "bin", "metrigrad.js")).href);
