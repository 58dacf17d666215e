import type { Sync } from "../threads/sync.ts";
import { callValue, type Func, i32, type ModuleBuilder } from "../wasm/index.ts";

/** A phase, and whether several parts have work in it. */
export interface Phase {
  readonly func: Func;
  readonly shared: boolean;
}

/** How a program starts its other threads and works with them. */
export interface Fork extends Sync {
  readonly program: number;
  /** Parts of a phase. */
  readonly parts: number;
}

/**
 * Adds a function that runs phases in order. Parameters: the thread, and for threads other than the
 * first one the number of the first shared phase. The first thread starts the others at the first
 * shared phase, opens each, and runs what is not shared alone; without `fork` it runs all.
 */
export function sequence(
  module: ModuleBuilder,
  name: string,
  entry: number,
  phases: readonly Phase[],
  fork: Fork | null,
): void {
  const count = phases.filter(({ shared }) => shared).length;
  module.func(name, { params: ["i32", "i32"], export: true }, (f, thread, base) => {
    let index = 0;
    for (const { func, shared } of phases) {
      if (!fork || !shared) {
        const alone = () => f.call(func, 0, 1);
        if (fork) f.if(i32.eqz(thread), alone);
        else alone();
        continue;
      }
      const number = i32.add(base, index);
      f.if(i32.eqz(thread), () => {
        if (index === 0) f.set(base, callValue("i32", fork.fork, fork.program, entry, count));
        f.call(fork.open, number);
      });
      f.loop((again) => {
        const part = f.let(callValue("i32", fork.claim, thread, number));
        f.if(i32.ge_s(part, 0), () => {
          f.call(func, part, fork.parts);
          f.call(fork.finish);
          f.br(again);
        });
      });
      f.if(i32.eqz(thread), () => f.call(fork.join));
      index += 1;
    }
  });
}
