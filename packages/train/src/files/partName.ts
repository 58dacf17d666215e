import type { FileSystem } from "./fileSystem.ts";
import { sha256Of } from "./sha256.ts";

/** Temporary files: "<path>.<process>-<its start>-<machine>-<number>.part". */
const pattern = /^(.+)\.(\d+)-(\d+)-([0-9a-f]{8})-([0-9a-f]{8})\.part$/;

let made = 0;
const random = Math.floor(Math.random() * 2 ** 32);

/** Returns a name of a temporary file for a path. No other process or call has the same name. */
export function partName(path: string, { fs, os }: FileSystem): string {
  made++;
  const unique = ((random + made) >>> 0).toString(16).padStart(8, "0");
  return `${path}.${process.pid}-${startOf(process.pid, fs)}-${machine(fs, os)}-${unique}.part`;
}

/** Returns the name of the file that a temporary file was for; null for other files. */
export function partOf(name: string): string | null {
  return pattern.exec(name)?.[1] ?? null;
}

/**
 * Whether the process that wrote a temporary file has surely ended. It was one of this machine, and now no process
 * has its number, or one with another start has it.
 */
export function isDead(name: string, { fs, os }: FileSystem): boolean {
  const [, , pid = "", start, host] = pattern.exec(name) ?? [];
  if (pid === "" || host !== machine(fs, os)) return false;
  if (!isRunning(Number(pid))) return true;
  const now = startOf(Number(pid), fs);
  return start !== "0" && now !== "0" && now !== start;
}

/** Whether the process that wrote a temporary file surely runs: it is one of this machine, with the number and the start. */
export function isAlive(name: string, { fs, os }: FileSystem): boolean {
  const [, , pid = "", start, host] = pattern.exec(name) ?? [];
  if (pid === "" || host !== machine(fs, os) || !isRunning(Number(pid))) return false;
  return startOf(Number(pid), fs) === start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process exists, and belongs to another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** Returns when a process began, in ticks since the machine started; 0 if the system does not say. */
function startOf(pid: number, fs: FileSystem["fs"]): string {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name is in brackets, and may have spaces and brackets itself. The start is 20 fields after it,
    // the 22nd.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}

/** Returns a name for the machine and its container, since process numbers are only unique within them. */
function machine(fs: FileSystem["fs"], os: FileSystem["os"]): string {
  let space = "";
  try {
    space = fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    // Only Linux has these namespaces.
  }
  return sha256Of(`${os.hostname()} ${space}`).slice(0, 8);
}
