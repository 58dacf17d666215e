import { ownFlags } from "./context.ts";
import { failureOf } from "./failure.ts";
import { program } from "./program.ts";
import type { Screen } from "./progress.ts";

const args = process.argv.slice(2);
const { json, trace } = ownFlags(args);
const print = process.stdout.write.bind(process.stdout);
const warn = process.stderr.write.bind(process.stderr);
const screen: Screen = json ? alone() : process.stdout;

// A reader that has read enough, such as `head`, misses the rest, and the work goes on. Other failures of an output have
// nobody to be told.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (isUnread(error)) return;
    if (stream === process.stdout) console.error(failureOf(error, "", trace).text);
    process.exit(1);
  });
}

program(args, screen).then(end, (error: unknown) => {
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  const { text, value, code } = failureOf(error, command, trace);
  if (error instanceof SyntaxError) {
    // Node tells the place of a syntax error, which is not in its stack, where nobody catches it.
    process.exitCode = code;
    setImmediate(() => Promise.reject(error));
  } else console.error(text);
  if (json) screen.write(`${JSON.stringify(value, null, 2)}\n`);
  if (!(error instanceof SyntaxError)) end(code);
});

/** Ends the process when all is written, whatever a user's module left open. */
function end(code: number): void {
  process.exitCode = code;
  print("", (error) => {
    if (isOver(error)) warn("", (after) => isOver(after) && process.exit());
  });
}

/** Whether no more comes of an output; errors of other kinds end the process by themselves, as above. */
function isOver(error: Error | null | undefined): boolean {
  return !error || isUnread(error);
}

/** Whether the failure of an output is that its reader has left. */
function isUnread({ code }: NodeJS.ErrnoException): boolean {
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}

/** The standard output for one value: what else is written there, such as by a user's module, goes to standard error. */
function alone(): Screen {
  process.stdout.write = warn;
  return { write: (text) => print(text) };
}
