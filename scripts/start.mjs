/** `npm start -- ARGS`: makes the clone ready, then runs the paper's experiment with the arguments. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { build, install, root } from "./setup.mjs";

install();
const built = build();
if (built !== 0) {
  console.error("start: the packages must compile; see the messages above, then try again");
  process.exit(built);
}

const command = join(root, "packages", "metrigrad", "bin", "metrigrad.js");
const child = spawn(process.execPath, [command, "paper", ...process.argv.slice(2)], {
  stdio: "inherit",
});

/** @type {NodeJS.Signals[]} */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => child.kill(signal));

child.on("error", (error) => {
  console.error(`start: node must run ${command}, got ${error.message}`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
});
