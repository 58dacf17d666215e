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
import { control, takenBytes } from "./control.ts";

/** How the threads of a pool wait for each other. */
export interface SyncOptions {
  /** The address of the control block and of the parts behind it. */
  readonly address: number;
  /** The number of times that a word is polled before its thread sleeps. */
  readonly spins: number;
  /** Whether the first thread may sleep. The main thread of a page may not. */
  readonly mainSleeps: boolean;
}

/**
 * The functions that plans call around shared phases.
 *
 * A phase is cut into parts, at most as many as there are threads, and any thread that is there takes a part. So a
 * worker that wakes late, or has to leave its core to another program, does not delay the others: the first thread
 * does its parts. A thread whose number is not below the number of parts skips a phase, so that a short phase costs
 * no traffic between all cores.
 */
export interface Sync {
  /**
   * Wakes the other threads for a function of a program; returns the number of its first shared phase. Parameters:
   * program, entry, shared phases.
   */
  readonly fork: Func;
  /** Lets threads take parts. Parameter: the number of the phase. */
  readonly open: Func;
  /**
   * Returns a part that no thread has taken; −1 if there is none or the phase is over. The thread's own part comes
   * first, because its core may hold the data.
   *
   * It waits for a phase that is yet to come, and traps if a thread failed. Parameters: the thread, the number of the
   * phase, its parts.
   */
  readonly claim: Func;
  /** Reports that a part is done. Parameter: the parts of the phase. */
  readonly finish: Func;
  /** Returns when all parts are done; traps if a thread failed. Parameter: the parts of the phase. */
  readonly join: Func;
}

/** The functions of a pool as a module, and a function that imports them into another module. */
export interface SyncModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly importInto: (m: ModuleBuilder) => Sync;
}

/** Returns code that runs `sleep` after it was called often enough. */
function patience(f: FunctionBuilder, spins: number, sleep: () => void): () => void {
  const left = f.let(i32.const(spins));
  return () =>
    f.if(
      left,
      () => f.increment(left, -1),
      () => sleep(),
    );
}

/** Sleeps while a word equals `value`; the thread is counted among its sleepers. */
function sleepOn(f: FunctionBuilder, word: number, value: I32, sleepers: number): void {
  f.do(
    drop(atomic.add(sleepers, 1)),
    drop(atomic.wait(word, value, i64.const(-1n))),
    drop(atomic.sub(sleepers, 1)),
  );
}

/**
 * Generates the functions of `Sync`, and `park(signal)`, which returns when `control.signal` differs.
 *
 * All accesses are sequentially consistent: a thread that sleeps has announced it before it read the word again, and
 * a thread that changes the word looks for sleepers afterwards.
 */
export function buildSync(options: SyncOptions): SyncModule {
  const { address, spins, mainSleeps } = options;
  const at = (offset: number) => address + offset;
  const m = new ModuleBuilder({ shared: true });
  const wordParam = { params: ["i32"], export: true } as const;
  const increment = (offset: number) => drop(atomic.add(at(offset), 1));
  const trap = (f: FunctionBuilder) =>
    f.if(atomic.load(at(control.failed)), () => f.do(unreachable()));
  const wake = (f: FunctionBuilder, sleepers: number, word: number) =>
    f.if(atomic.load(at(sleepers)), () => f.do(drop(atomic.notify(at(word), -1))));

  const forkType = { params: ["i32", "i32", "i32"], results: ["i32"], export: true } as const;
  const fork = m.func("fork", forkType, (f, program, entry, phases) => {
    const base = f.let(i32.add(atomic.add(at(control.total), phases), 1));
    f.do(
      increment(control.jobs),
      atomic.store(at(control.program), program),
      atomic.store(at(control.entry), entry),
      atomic.store(at(control.base), base),
      increment(control.jobs),
      increment(control.signal),
    );
    wake(f, control.parked, control.signal);
    f.result(base);
  });
  const open = m.func("open", wordParam, (f, phase) => {
    f.do(atomic.store(at(control.done), i32.const(0)), atomic.store(at(control.phase), phase));
    wake(f, control.waiting, control.phase);
  });
  const claimType = { params: ["i32", "i32", "i32"], results: ["i32"], export: true } as const;
  const claim = m.func("claim", claimType, (f, thread, phase, parts) => {
    const now = f.local("i32");
    const ahead = f.local("i32");
    const wait = patience(f, spins, () => sleepOn(f, at(control.phase), now, at(control.waiting)));
    f.loop((again) => {
      f.set(now, atomic.load(at(control.phase)));
      // Numbers wrap around; a difference does not.
      f.set(ahead, i32.sub(now, phase));
      f.if(i32.lt_s(ahead, 0), () => {
        trap(f);
        wait();
        f.br(again);
      });
    });
    f.if(ahead, () => f.return(i32.const(-1)));
    const part = f.let(thread);
    const old = f.local("i32");
    f.for(f.local("i32"), 0, parts, 1, () => {
      const word = f.let(i32.add(at(control.bytes), i32.mul(part, takenBytes)));
      f.set(old, atomic.load(word));
      f.if(i32.lt_s(i32.sub(old, phase), 0), () => {
        const found = atomic.compareExchange(word, old, phase);
        f.if(i32.eq(found, old), () => f.return(part));
      });
      f.increment(part, 1);
      f.if(i32.eq(part, parts), () => f.set(part, i32.const(0)));
    });
    f.result(i32.const(-1));
  });
  const finish = m.func("finish", wordParam, (f, parts) => {
    f.if(i32.eq(atomic.add(at(control.done), 1), i32.sub(parts, 1)), () =>
      wake(f, control.joining, control.done),
    );
  });
  const join = m.func("join", wordParam, (f, parts) => {
    const done = f.local("i32");
    const wait = patience(f, spins, () => {
      if (mainSleeps) sleepOn(f, at(control.done), done, at(control.joining));
    });
    f.loop((again) => {
      f.set(done, atomic.load(at(control.done)));
      trap(f);
      f.if(i32.lt_u(done, parts), () => {
        wait();
        f.br(again);
      });
    });
  });
  m.func("park", wordParam, (f, signal) => {
    const wait = patience(f, spins, () =>
      sleepOn(f, at(control.signal), signal, at(control.parked)),
    );
    f.loop((again) => {
      f.if(i32.eq(atomic.load(at(control.signal)), signal), () => {
        wait();
        f.br(again);
      });
    });
  });
  return {
    bytes: m.encode(),
    importInto: (other) => {
      const take = ({ name, type }: Func) => other.import(name, type);
      return {
        ...{ fork: take(fork), open: take(open), claim: take(claim) },
        ...{ finish: take(finish), join: take(join) },
      };
    },
  };
}
