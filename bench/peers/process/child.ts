import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A program that answers each line with a line. */
export interface Child {
  /** Its first line. */
  readonly greeting: string;
  ask(line: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a program in a folder. Throws where it is not there or ends before it greets. */
export async function startChild(
  path: string,
  args: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<Child> {
  const child = spawn(path, args, { cwd: folder, env, stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((started, failed) => {
    child.once("spawn", started);
    child.once("error", failed);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${path} must answer, it ended`);
    return value;
  };
  return {
    greeting: await next(),
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
