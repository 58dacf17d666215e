import type { Sync } from "../threads/sync.ts";
import { type Func, i32, type ModuleBuilder } from "../wasm/index.ts";

/** A phase, and whether several parts have work in it. */
export interface Phase {
  readonly func: Func;
  readonly shared: boolean;
}

/** How a program starts its other threads and waits for them. */
export interface Fork extends Sync {
  readonly program: number;
}

/**
 * Adds a function (part, parts) that runs phases in order. The first part starts the others at the
 * first shared phase; all wait for each other around shared phases, not between others.
 */
export function sequence(
  module: ModuleBuilder,
  name: string,
  entry: number,
  phases: readonly Phase[],
  fork: Fork | null,
): void {
  module.func(name, { params: ["i32", "i32"], export: true }, (f, part, parts) => {
    const first = phases.findIndex(({ shared }) => shared);
    phases.forEach(({ func, shared }, at) => {
      if (fork && at === first) {
        f.if(i32.eqz(part), () => f.call(fork.fork, fork.program, entry));
      } else if (fork && first >= 0 && at > first && (shared || phases[at - 1]?.shared)) {
        f.call(fork.barrier, part);
      }
      f.call(func, part, parts);
    });
    if (fork && phases.at(-1)?.shared) f.call(fork.barrier, part);
  });
}
