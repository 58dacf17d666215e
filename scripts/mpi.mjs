/**
 * `npm run mpi`: training over MPI on this machine, with 2 and 4 ranks, by each MPI that is installed: every call of a
 * communicator, equality with one process, wrong use, the death of a rank and what goes on after it; with Open MPI on two hosts too, which are
 * namespaces of this machine. Needs mpirun; where there is none and CI=true it installs Debian's openmpi-bin and mpich.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { twoHosts } from "./mpi/hosts.mjs";
import { build, install, root } from "./setup.mjs";

install();
if (build() !== 0) process.exit(1);

/** What a program came to. @typedef {{ code: number | null, out: string, error: string, seconds: number }} Ended */

/** An MPI that is installed. @typedef {{ name: string, command: string, options: string[], env: Record<string, string> }} Launcher */

/** Runs a command to its end, or for two minutes. @param {string} command @param {string[]} args @param {Record<string, string>} [env] @returns {Promise<Ended>} */
function ended(command, args, env = {}) {
  const begun = performance.now();
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env } });
  const timer = setTimeout(() => child.kill("SIGKILL"), 120_000);
  let [out, error] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  return new Promise((done) => {
    child.on("error", (one) => done({ code: -1, out, error: String(one), seconds: 0 }));
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code, out, error, seconds: (performance.now() - begun) / 1000 });
    });
  });
}

const quiet = {
  OMPI_MCA_btl_base_warn_component_unused: "0",
  PRTE_MCA_rmaps_default_mapping_policy: ":oversubscribe",
};
const known = [
  {
    name: "Open MPI",
    command: "mpirun.openmpi",
    options: ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"],
    env: quiet,
  },
  { name: "MPICH", command: "mpirun.mpich", options: [], env: {} },
];
/** Whether an MPI is installed. @param {Launcher} launcher */
const isThere = ({ command }) =>
  spawnSync(command, ["--version"], { stdio: "ignore" }).status === 0;
if (!known.every(isThere) && process.env.CI === "true") {
  for (const args of [["update"], ["install", "-y", "openmpi-bin", "mpich"]]) {
    spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
  }
}
/** @type {Launcher[]} */
const launchers = known.filter(isThere);
if (launchers.length === 0) {
  console.log("mpi: neither mpirun.openmpi nor mpirun.mpich is there; apt-get install openmpi-bin");
  process.exit(1);
}

/** Runs a program of test/mpi on some ranks. @param {Launcher} launcher @param {number} ranks @param {string} program @param {string[]} args */
const on = ({ command, options, env }, ranks, program, args = []) =>
  ended(
    command,
    [...options, "-n", String(ranks), process.execPath, join("test/mpi", program), ...args],
    env,
  );
/** Runs a program alone. @param {string} program @param {string[]} args */
const alone = (program, args) => ended(process.execPath, [join("test/mpi", program), ...args]);

let failed = 0;
/** Reports one check. @param {string} name @param {() => Promise<string>} check */
async function report(name, check) {
  try {
    console.log(`ok    ${name}: ${await check()}`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The result of a training that must end well. @param {Ended} one */
function result({ code, out, error }) {
  if (code !== 0) throw new Error(`code ${code}: ${error.slice(0, 2000)}`);
  return JSON.parse(out.slice(out.indexOf("{")));
}

/** The largest difference of parameters, relative to 1 + |value|. @param {any} a @param {any} b */
function gap(a, b) {
  let largest = 0;
  for (const [path, values] of Object.entries(a.values)) {
    const others = b.values[path];
    values.forEach((/** @type {number} */ value, /** @type {number} */ at) => {
      largest = Math.max(largest, Math.abs(value - others[at]) / (1 + Math.abs(value)));
    });
  }
  return largest;
}

const cases = [
  ["sgd", "plain"],
  ["adam", "plain"],
  ["rngd", "plain"],
  ["paper", "plain"],
  ["paper", "norm"],
  ["kfac", "plain"],
  ["rngd", "norm"],
];
/** Results of one process. @type {Map<string, any>} */
const single = new Map();
for (const [optimizer = "", model = ""] of cases) {
  const args = [optimizer, model, "80", "f64"];
  single.set(args.join(), result(await alone("training.mjs", args)));
}

for (const [at, launcher] of launchers.entries()) {
  const { name } = launcher;
  for (const ranks of [2, 4]) {
    // All cases once; then those that exchange most.
    const own = at === 0 && ranks === 2 ? cases : cases.slice(-2);
    await report(`${name}, ${ranks} ranks, every call`, async () => {
      const { code, out, error } = await on(launcher, ranks, "collectives.mjs");
      if (code !== 0 || !out.includes("ok "))
        throw new Error(`code ${code}: ${error.slice(0, 2000)}`);
      return out.trim();
    });
    for (const [optimizer = "", model = ""] of own) {
      const args = [optimizer, model, "80", "f64"];
      const deal = model === "norm" ? ["dealt"] : [];
      await report(`${name}, ${ranks} ranks, ${optimizer} on ${model} ${deal}`, async () => {
        const got = result(await on(launcher, ranks, "training.mjs", [...args, ...deal]));
        const off = gap(single.get(args.join()), got);
        if (!(off < 1e-8)) throw new Error(`one process ends ${off} away`);
        return `one process with the whole batch ends ${off.toExponential(1)} away`;
      });
    }
  }
  await report(`${name}, two runs of the same ranks`, async () => {
    const args = ["rngd", "norm", "80"];
    const [a, b] = [
      result(await on(launcher, 2, "training.mjs", args)),
      result(await on(launcher, 2, "training.mjs", args)),
    ];
    if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error("they differ");
    return "bit for bit the same, in float32";
  });
  for (const what of ["model", "batch", "rows", "optimizer", "throws"]) {
    await report(`${name}, ranks that differ in ${what}`, async () => {
      const { code, out, error, seconds } = await on(launcher, 2, "wrong.mjs", [what]);
      if (code === 0 || out.includes("trained")) throw new Error("nobody noticed");
      if (seconds > 60) throw new Error(`they waited ${seconds.toFixed(0)} s`);
      const words = what === "throws" ? "this rank fails" : "all 2 ranks must train the same model";
      if (!error.includes(words)) throw new Error(`it says: ${error.slice(0, 500)}`);
      return "an error on all ranks";
    });
  }
  await report(`${name}, a rank that dies, and going on with more ranks`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "metrigrad-mpi-"));
    try {
      const died = await on(launcher, 2, "death.mjs", [folder, "die", "80"]);
      if (died.code === 0) throw new Error("the job went on");
      if (died.seconds > 60) throw new Error(`it waited ${died.seconds.toFixed(0)} s`);
      const files = readdirSync(folder).filter((one) => one.endsWith(".json"));
      if (files.length === 0) throw new Error("no checkpoint was left");
      const gone = result(await on(launcher, 4, "death.mjs", [folder, "resume", "80"]));
      const whole = result(await on(launcher, 4, "death.mjs", ["", "whole", "80"]));
      if (gone.epochs !== 4) throw new Error(`${gone.epochs} epochs`);
      const off = Math.abs(gone.cost / whole.cost - 1);
      if (!(off < 1e-9)) throw new Error(`it ends ${off} away from a run without a death`);
      return `ends as a run that nothing stopped (${off.toExponential(1)} away)`;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** Trains with Open MPI on two hosts, which reach each other over the network alone. @param {import("./mpi/hosts.mjs").TwoHosts} hosts */
async function onTwoHosts({ enter, agent, hostfile, received }) {
  const [command = "", ...before] = enter;
  // Output that comes over the launcher's network may be cut.
  const folder = mkdtempSync(join(tmpdir(), "metrigrad-mpi-"));
  const file = join(folder, "result.json");
  const network = [
    "--mca",
    "pml",
    "ob1",
    "--mca",
    "btl",
    "tcp,self",
    "--mca",
    "btl_tcp_if_include",
  ];
  const args = ["kfac", "plain", "80", "f64"];
  const ended2 = await ended(
    command,
    [
      ...before,
      ...["mpirun.openmpi", "--allow-run-as-root", "--bind-to", "none"],
      ...[
        "--prtemca",
        "plm_ssh_agent",
        agent,
        "--hostfile",
        hostfile,
        "--map-by",
        "node:OVERSUBSCRIBE",
      ],
      ...[
        ...network,
        "10.77.0.0/24",
        "-n",
        "2",
        process.execPath,
        "test/mpi/training.mjs",
        ...args,
        "alike",
        file,
      ],
    ],
    quiet,
  );
  if (ended2.code !== 0) throw new Error(`code ${ended2.code}: ${ended2.error.slice(0, 2000)}`);
  const got = JSON.parse(readFileSync(file, "utf8"));
  rmSync(folder, { recursive: true });
  const off = gap(single.get(args.join()), got);
  if (!(off < 1e-8)) throw new Error(`one process ends ${off} away`);
  const bytes = received();
  if (bytes < 1e6) throw new Error(`only ${bytes} bytes went over the network`);
  const megabytes = (bytes / 1e6).toFixed(0);
  return `one process ends ${off.toExponential(1)} away; ${megabytes} MB over the network`;
}

const openMpi = launchers.some(({ name }) => name === "Open MPI");
const hosts = openMpi ? await twoHosts().catch((error) => String(error.message)) : "no Open MPI";
if (typeof hosts === "string") {
  // Namespaces need root, which a user may not have.
  console.log(`left out: two hosts (${hosts.trim().split("\n").at(-1)})`);
} else {
  await report("Open MPI, two hosts", () => onTwoHosts(hosts));
  hosts.end();
}
console.log(failed === 0 ? "mpi: all ok" : `mpi: ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
