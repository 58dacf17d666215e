import {
  atomic,
  drop,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  i64,
  ModuleBuilder,
  unreachable,
} from "../wasm/index.ts";
import { control } from "./control.ts";

/** How the threads of a pool wait for each other. */
export interface SyncOptions {
  /** Where the control block lies. */
  readonly address: number;
  readonly threads: number;
  /** How often a word is polled before its thread sleeps. */
  readonly spins: number;
  /** Whether the first thread may sleep; the main thread of a page may not. */
  readonly mainSleeps: boolean;
}

/** What plans call between phases. */
export interface Sync {
  /** Starts the other threads on a function of a program. Parameters: program, entry. */
  readonly fork: Func;
  /** Returns when all threads came to it; traps when one of them failed. Parameter: part. */
  readonly barrier: Func;
}

/** The functions of a pool as a module, and a function that imports them into another. */
export interface SyncModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly importInto: (m: ModuleBuilder) => Sync;
}

/** Polls a word for a while, then sleeps until it differs from `value`. */
function waitWhile(
  f: FunctionBuilder,
  word: number,
  value: I32,
  sleepers: number,
  spins: number,
): void {
  const left = f.let(i32.const(spins));
  f.block((changed) => {
    f.loop((again) => {
      f.brIf(changed, i32.ne(atomic.load(word), value));
      f.if(left, () => {
        f.increment(left, -1);
        f.br(again);
      });
      f.do(
        drop(atomic.add(sleepers, 1)),
        drop(atomic.wait(word, value, i64.const(-1n))),
        drop(atomic.sub(sleepers, 1)),
      );
      f.br(again);
    });
  });
}

/** Polls a word for ever. */
function spinWhile(f: FunctionBuilder, word: number, value: I32): void {
  f.loop((again) => f.brIf(again, i32.eq(atomic.load(word), value)));
}

/**
 * Generates `fork`, `barrier` and `park(signal)`, which returns when `control.signal` differs. All
 * accesses are sequentially consistent: who sleeps has said so before it looked at the word again,
 * and who changes the word looks for sleepers afterwards.
 */
export function buildSync(options: SyncOptions): SyncModule {
  const { address, threads, spins, mainSleeps } = options;
  const at = (offset: number) => address + offset;
  const m = new ModuleBuilder({ shared: true });
  const fork = m.func("fork", { params: ["i32", "i32"], export: true }, (f, program, entry) => {
    f.do(
      atomic.store(at(control.program), program),
      atomic.store(at(control.entry), entry),
      drop(atomic.add(at(control.jobs), 1)),
      drop(atomic.add(at(control.signal), 1)),
    );
    f.if(atomic.load(at(control.parked)), () => f.do(drop(atomic.notify(at(control.signal), -1))));
  });
  const barrier = m.func("barrier", { params: ["i32"], export: true }, (f, part) => {
    const turn = f.let(atomic.load(at(control.turn)));
    const trap = () => f.if(atomic.load(at(control.failed)), () => f.do(unreachable()));
    const sleep = () => waitWhile(f, at(control.turn), turn, at(control.waiting), spins);
    f.if(
      i32.eq(atomic.add(at(control.arrived), 1), threads - 1),
      () => {
        f.do(
          atomic.store(at(control.arrived), i32.const(0)),
          drop(atomic.add(at(control.turn), 1)),
        );
        f.if(atomic.load(at(control.waiting)), () =>
          f.do(drop(atomic.notify(at(control.turn), -1))),
        );
      },
      () => {
        trap();
        if (mainSleeps) sleep();
        else f.if(part, sleep, () => spinWhile(f, at(control.turn), turn));
      },
    );
    trap();
  });
  m.func("park", { params: ["i32"], export: true }, (f, signal) => {
    waitWhile(f, at(control.signal), signal, at(control.parked), spins);
  });
  return {
    bytes: m.encode(),
    importInto: (other) => ({
      fork: other.import(fork.name, fork.type),
      barrier: other.import(barrier.name, barrier.type),
    }),
  };
}
