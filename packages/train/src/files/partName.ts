import type { FileSystem } from "./fileSystem.ts";
import { sha256Of } from "./sha256.ts";

/** Temporary files: "<path>.<process>-<its start>-<machine>-<number>.part". */
const pattern = /^(.+)\.(\d+)-(\d+)-([0-9a-f]{8})-([0-9a-f]{8})\.part$/;

let made = 0;
const random = Math.floor(Math.random() * 2 ** 32);

/** The name of a temporary file for a path, which nobody else has. */
export function partName(path: string, { fs, os }: FileSystem): string {
  made++;
  const unique = ((random + made) >>> 0).toString(16).padStart(8, "0");
  return `${path}.${process.pid}-${startOf(process.pid, fs)}-${machine(fs, os)}-${unique}.part`;
}

/** The name of the file that a temporary file would have become; null for other files. */
export function partOf(name: string): string | null {
  return pattern.exec(name)?.[1] ?? null;
}

/**
 * Whether the process that wrote a temporary file is surely gone: it was one of this machine, and now no process has its
 * number, or one that began at another time has it.
 */
export function isDead(name: string, { fs, os }: FileSystem): boolean {
  const [, , pid = "", start, host] = pattern.exec(name) ?? [];
  if (pid === "" || host !== machine(fs, os)) return false;
  if (!isRunning(Number(pid))) return true;
  const now = startOf(Number(pid), fs);
  return start !== "0" && now !== "0" && now !== start;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** When a process began, in ticks since the machine did; 0 where the system does not say. */
function startOf(pid: number, fs: FileSystem["fs"]): string {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name of the program, in brackets, may hold anything; 20 fields behind it is the 22nd.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}

/** Numbers of processes mean something on one machine, and within one container of it. */
function machine(fs: FileSystem["fs"], os: FileSystem["os"]): string {
  let space = "";
  try {
    space = fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    // Other systems have no such spaces.
  }
  return sha256Of(`${os.hostname()} ${space}`).slice(0, 8);
}
