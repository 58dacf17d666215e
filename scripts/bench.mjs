/** `npm run bench -- SUITE … [--json]`: makes the clone ready, then measures. */
import { join } from "node:path";
import { build, install, root, run } from "./setup.mjs";

install();
const built = build();
if (built !== 0) process.exit(built);
process.exit(run(process.execPath, [join(root, "bench", "run.mjs"), ...process.argv.slice(2)]));
