import type { TrainFileFlags } from "./trainFileFlags.ts";

/** Flags that do not change what a run computes, or that are of this run alone. */
const left = new Set(["resume", "live", "json", "trace"]);

/** The command that makes a run again, as a shell takes it. */
export function commandOf(file: string, flags: TrainFileFlags, processes = 1): string {
  const options = Object.entries(flags).flatMap(([name, value]) => {
    if (left.has(name) || value === undefined || value === false) return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, quoted(String(value))];
  });
  const launcher = processes === 1 ? [] : [`mpirun -n ${processes}`];
  return [...launcher, "npx metrigrad train", quoted(file), ...options].join(" ");
}

/** A word of a shell: as it is where it has plain letters only. */
function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
