/** The package as users have it: bundled, in node_modules of a folder, with its command. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const own = fileURLToPath(new URL("../../", import.meta.url));
const modules = join(dirname(dirname(own)), "node_modules");

/** What a process left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface Start {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Called with the process, and with all that it wrote to standard error so far when that grows. */
  readonly started?: (child: ChildProcess) => void;
  readonly told?: (child: ChildProcess, stderr: string) => void;
}

/** A folder that has the package. */
export interface Installed {
  readonly folder: string;
  /** The folder of the package. */
  readonly home: string;
  /** Runs the command. */
  metrigrad(args: readonly string[], start?: Start): Promise<Ended>;
  /** Runs Node on a file. */
  node(args: readonly string[], start?: Start): Promise<Ended>;
  remove(): void;
}

/** Makes such a folder; bundles, since a process loads one file faster than many. */
export async function install(): Promise<Installed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "metrigrad-installed-")));
  const home = join(folder, "node_modules", "metrigrad");
  mkdirSync(home, { recursive: true });
  await build({
    entryPoints: { "cli/main": join(own, "src/cli/main.ts"), index: join(own, "src/index.ts") },
    outdir: join(home, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    conditions: ["@metrigrad/source"],
    // Paths within the package are taken from where the command's files are.
    chunkNames: "cli/[name]-[hash]",
    external: ["@metrigrad/gpu", "@metrigrad/native"],
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
    logLevel: "error",
  });
  for (const name of ["bin", "starter", "package.json"])
    cpSync(join(own, name), join(home, name), { recursive: true });
  for (const name of ["tape", "tsx", "typescript", "@types"])
    symlinkSync(join(modules, name), join(folder, "node_modules", name), "junction");
  const node = (args: readonly string[], start: Start = {}) => ended(args, folder, start);
  return {
    folder,
    home,
    node,
    metrigrad: (args, start) => node([join(home, "bin", "metrigrad.js"), ...args], start),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Variables that would change what a command shows. */
const plain = { NODE_OPTIONS: undefined, COLUMNS: undefined, NO_COLOR: undefined } as const;

function ended(args: readonly string[], folder: string, start: Start): Promise<Ended> {
  const { cwd = folder, env = {}, started, told } = start;
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...process.env, ...plain, FORCE_COLOR: undefined, METRIGRAD_NATIVE: "off", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    told?.(child, stderr);
  });
  started?.(child);
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("close", (code, signal) => done({ code, signal, stdout, stderr }));
  });
}
