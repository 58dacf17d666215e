import type { Sync } from "../threads/sync.ts";
import { callValue, i32, type ModuleBuilder } from "../wasm/index.ts";
import type { PhaseCall } from "./share.ts";

/** A phase, and the parts in which it is cut; a phase of one part is not shared. */
export interface Phase extends PhaseCall {
  readonly parts: number;
}

/** Phases that are repeated. */
export interface Repeated {
  readonly turns: number;
  /** The address of the number of the turn. */
  readonly counter: number;
  readonly body: readonly Run[];
}

/** An item of a sequence. */
export type Run = Phase | Repeated;

/** How a program starts its other threads and works with them. */
export interface Fork extends Sync {
  readonly program: number;
  readonly threads: number;
}

/** Returns how many shared phases are run. */
function sharedIn(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => {
    return sum + ("func" in run ? +(run.parts > 1) : run.turns * sharedIn(run.body));
  }, 0);
}

/**
 * Adds a function that runs phases in order.
 *
 * Parameters: the thread, and for threads other than the first one the number of the first shared phase. The first
 * thread starts the others at the first shared phase, opens each shared phase, and runs the other phases alone.
 * Without `fork` it runs all. Only the first thread counts turns in memory. The others read a turn while it waits for
 * them.
 */
export function sequence(
  module: ModuleBuilder,
  name: string,
  entry: number,
  runs: readonly Run[],
  fork: Fork | null,
): void {
  const count = sharedIn(runs);
  module.func(name, { params: ["i32", "i32"], export: true }, (f, thread, base) => {
    let forked = false;
    // The number of the next shared phase. Turns of loops count on.
    const next = f.local("i32", base);
    const start = () => {
      if (forked || !fork) return;
      forked = true;
      f.if(i32.eqz(thread), () =>
        f.set(next, callValue("i32", fork.fork, fork.program, entry, count)),
      );
    };
    const emit = (run: Run): void => {
      if ("func" in run) emitPhase(run);
      else emitLoop(run);
    };
    const emitPhase = ({ func, addresses, parts }: Phase) => {
      if (!fork || parts === 1) {
        const alone = () => f.call(func, 0, 1, ...addresses);
        if (fork) f.if(i32.eqz(thread), alone);
        else alone();
        return;
      }
      start();
      f.if(i32.eqz(thread), () => f.call(fork.open, next));
      const work = () =>
        f.loop((again) => {
          const part = f.let(callValue("i32", fork.claim, thread, next, parts));
          f.if(i32.ge_s(part, 0), () => {
            f.call(func, part, parts, ...addresses);
            f.call(fork.finish, parts);
            f.br(again);
          });
        });
      if (parts === fork.threads) work();
      else f.if(i32.lt_u(thread, parts), work);
      f.if(i32.eqz(thread), () => f.call(fork.join, parts));
      f.increment(next, 1);
    };
    const emitLoop = ({ turns, counter, body }: Repeated) => {
      if (sharedIn(body) > 0) start();
      else if (fork) {
        f.if(i32.eqz(thread), () => repeat(turns, counter, body));
        return;
      }
      repeat(turns, counter, body);
    };
    const repeat = (turns: number, counter: number, body: readonly Run[]) => {
      const turn = f.local("i32");
      f.for(turn, 0, turns, 1, () => {
        const tell = () => f.do(i32.store(i32.const(counter), turn));
        if (fork) f.if(i32.eqz(thread), tell);
        else tell();
        for (const run of body) emit(run);
      });
    };
    for (const run of runs) emit(run);
  });
}
