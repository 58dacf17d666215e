/** `npm run bench -- SUITE … [--json]`: makes the clone ready, then measures. */
import { join } from "node:path";
import { build, install, root, run } from "./setup.mjs";

install();
const built = build();
if (built !== 0) process.exit(built);
const bench = join(root, "bench", "run.ts");
process.exit(run(process.execPath, ["--import", "tsx", bench, ...process.argv.slice(2)]));
