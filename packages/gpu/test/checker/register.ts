/**
 * Puts the kernel checker in the place of `navigator.gpu`: `node --import tsx --import
 * ./packages/gpu/test/checker/register.ts`. A process in which it found something fails at its end.
 */
import { checkedGpu } from "./device.ts";
import { Runner } from "./run/dispatch.ts";
import { findingText } from "./run/findings.ts";

/** Subgroups as most cards have them. */
const lanes = 32;

const runner = new Runner(lanes);
const value = { gpu: checkedGpu(runner) };
Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });

process.on("exit", () => {
  const { done, findings } = runner;
  console.error(`# checked ${done.dispatches} dispatches, ${done.threads} threads`);
  for (const finding of findings.all) console.error(`FOUND ${findingText(finding)}`);
  if (findings.all.length === 0) return;
  process.exitCode = 1;
  // Tape writes its last lines after this, and then ends the process with a code of its own.
  const { exit } = process;
  process.exit = (code) => exit(code || 1);
});
