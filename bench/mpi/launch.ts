import { spawn, spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";

/** What a rank prints: seconds of a step, medians. */
export interface Measured {
  readonly ranks: number;
  readonly step: number;
  /** With waiting for the other ranks. */
  readonly communicate: number;
  /** All work on the metric. */
  readonly metric: number;
  /** The part of `metric` that is factors and solves with them. */
  readonly factorise: number;
  /** Seconds of an allreduce of one float, and of so many bytes. */
  readonly ping: { readonly small: number; readonly large: number; readonly bytes: number };
}

const root = join(import.meta.dirname, "..", "..");

/** The launchers that are tried. */
const launchers = ["mpirun.openmpi", "mpirun"];

/** The launcher of Open MPI; null where it is not installed. */
export function launcher(): string | null {
  const isOpen = (name: string) => {
    const { status, stdout } = spawnSync(name, ["--version"], { encoding: "utf8" });
    return status === 0 && /Open MPI|OpenRTE/.test(stdout);
  };
  return launchers.find(isOpen) ?? null;
}

/** Trains on so many ranks of this machine. Throws where they fail, or take more than five minutes. */
export async function onRanks(
  command: string,
  {
    ranks,
    optimizer,
    rows,
    steps,
  }: Readonly<Record<"ranks" | "rows" | "steps", number>> & {
    readonly optimizer: string;
  },
): Promise<Measured> {
  // Open MPI spins while it waits, which takes the core from a rank that works.
  const shared = ranks > cpus().length ? ["--mca", "mpi_yield_when_idle", "1"] : [];
  const options = ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none", ...shared];
  const program = [process.execPath, "--import", "tsx", "bench/mpi/rank.ts"];
  const args = [...options, "-n", `${ranks}`, ...program, `${rows}`, `${steps}`];
  return JSON.parse(await output(command, args, optimizer)) as Measured;
}

/** What `metrigrad plan` predicts of the same training, as its JSON. */
export async function planned(
  optimizer: string,
  more: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const bin = join(root, "packages", "metrigrad", "bin", "metrigrad.js");
  const args = ["--import", "tsx", bin, "plan", "bench/mpi/training.ts", ...more, "--json"];
  return JSON.parse(await output(process.execPath, args, optimizer));
}

function output(command: string, args: readonly string[], optimizer: string): Promise<string> {
  const env = {
    ...process.env,
    BENCH_OPTIMIZER: optimizer,
    OMPI_MCA_btl_base_warn_component_unused: "0",
  };
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const timer = setTimeout(() => child.kill(), 300_000);
  let [out, error] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    error += text;
  });
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) done(out);
      else fail(new Error(`${command} ended with ${code}: ${error.slice(-1000)}`));
    });
  });
}
