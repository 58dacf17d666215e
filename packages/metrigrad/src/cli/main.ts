import { ownFlags } from "./context.ts";
import { failureOf } from "./failure.ts";
import { program } from "./program.ts";
import type { Screen } from "./progress.ts";

const args = process.argv.slice(2);
const { json, trace } = ownFlags(args);
const screen: Screen = json ? alone() : process.stdout;

// A reader that has read enough, such as `head`, ends the command; other failures of an output have nobody to be told.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    if (stream === process.stdout) console.error(failureOf(error, "", trace).text);
    process.exit(1);
  });
}

program(args, screen).then(end, (error: unknown) => {
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  const { text, value, code } = failureOf(error, command, trace);
  // Node tells the place of a syntax error, which is not in its stack, where nobody catches it.
  if (error instanceof SyntaxError) setImmediate(() => Promise.reject(error));
  else console.error(text);
  if (json) screen.write(`${JSON.stringify(value, null, 2)}\n`);
  if (!(error instanceof SyntaxError)) end(code);
});

/** Ends the process when all is written, whatever a user's module left open. */
function end(code: number): void {
  process.exitCode = code;
  // An error of the stream ends the process by itself, as above.
  process.stdout.write("", (error) => {
    if (!error) process.stderr.write("", () => process.exit());
  });
}

/** The standard output for one value: what else is written there, such as by a user's module, goes to standard error. */
function alone(): Screen {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  return { write: (text) => write(text) };
}
