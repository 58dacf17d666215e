import { BackendError } from "@metrigrad/tensor";
import type { NativeRecipe } from "../native/contract.ts";
import { control, textLimit } from "./control.ts";
import type {
  Answer,
  ExtendMessage,
  LoadMessage,
  NativeMessage,
  StartMessage,
} from "./messages.ts";
import { startThread, type Thread } from "./worker.ts";

/** What the workers of a pool need from the start. */
export interface PoolOptions {
  readonly threads: number;
  readonly memory: WebAssembly.Memory;
  /** The address of the control block. */
  readonly address: number;
  readonly sync: WebAssembly.Module;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly thread: Thread;
  /** The callers that wait for answers, in the order of the messages. */
  readonly waiting: Waiting[];
}

/**
 * Workers that run their parts of programs.
 *
 * The calling thread is part 0. It starts the others from inside of a program, and they sleep between programs.
 * Workers that sleep hear no messages, so each message comes with a signal, and is answered.
 */
export class Pool {
  readonly threads: number;
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly members: Member[] = [];
  private readonly dropped: number[] = [];
  private programs = 0;
  private reason: string | null = null;
  private ending: Promise<void> | null = null;

  private constructor({ threads, memory, address }: PoolOptions) {
    this.threads = threads;
    this.words = new Int32Array(memory.buffer, address, control.bytes / 4);
    this.bytes = new Uint8Array(memory.buffer, address, control.bytes);
  }

  /** Starts the workers, and waits until all are ready. Throws BackendError if they cannot start. */
  static async open(options: PoolOptions): Promise<Pool> {
    const pool = new Pool(options);
    const { threads, memory, address, sync } = options;
    try {
      for (let part = 1; part < threads; part++) pool.add(part);
      await pool.post((part): StartMessage => {
        const common = { memory, address, control, textLimit, sync };
        return { kind: "start", part, ...common };
      });
    } catch (error) {
      await pool.close();
      throw error instanceof BackendError ? error : failure(String(error));
    }
    return pool;
  }

  /** Returns a number for a program. */
  next(): number {
    this.programs += 1;
    return this.programs;
  }

  /** Lets all workers bind a native library. Throws BackendError if one cannot. */
  async bind(recipe: NativeRecipe): Promise<void> {
    await this.post((): NativeMessage => ({ kind: "native", recipe }));
  }

  /** Gives all workers functions that programs import. Throws BackendError if one cannot take them. */
  async extend(module: WebAssembly.Module): Promise<void> {
    await this.post((): ExtendMessage => ({ kind: "extend", module }));
  }

  /** Gives a program to all workers. Throws BackendError if one cannot take it. */
  async load(program: number, module: WebAssembly.Module): Promise<void> {
    const drop = this.dropped.splice(0);
    await this.post((): LoadMessage => ({ kind: "load", program, module, drop }));
  }

  /** Marks a program that will not run again. Workers forget it with the next one. */
  drop(program: number): void {
    this.dropped.push(program);
  }

  /** Throws BackendError if a worker has failed. */
  check(): void {
    if (this.reason !== null) throw failure(this.reason);
  }

  /** Ends the workers after an error on this thread or on theirs; returns the error to throw. */
  fail(error: unknown): BackendError {
    const failed = Atomics.load(this.words, control.failed >> 2) !== 0;
    this.end(failed ? this.text() : String(error));
    return failure(this.reason ?? String(error));
  }

  /** Ends the workers. */
  close(): Promise<void> {
    this.end("closed threads");
    return this.ending as Promise<void>;
  }

  private add(part: number): void {
    const waiting: Waiting[] = [];
    const thread = startThread(`metrigrad cpu ${part}`, {
      answered: (answer) => this.answered(member, answer as Answer),
      ended: (reason) => this.end(reason),
    });
    const member: Member = { thread, waiting };
    this.members.push(member);
  }

  /** Sends each worker a message, and waits for all answers. */
  private async post(
    message: (part: number) => StartMessage | NativeMessage | ExtendMessage | LoadMessage,
  ): Promise<void> {
    this.check();
    // This comes before the messages: a worker returns to its jobs when it has read as many as were counted.
    Atomics.add(this.words, control.mail >> 2, 1);
    const answers = this.members.map(({ thread, waiting }, at) => {
      thread.hold(true);
      thread.post(message(at + 1));
      return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
    });
    Atomics.add(this.words, control.signal >> 2, 1);
    Atomics.notify(this.words, control.signal >> 2);
    await Promise.all(answers);
  }

  private answered({ thread, waiting }: Member, answer: Answer): void {
    const first = waiting.shift();
    if (waiting.length === 0) thread.hold(false);
    if (answer === null) first?.resolve();
    else first?.reject(failure(answer));
  }

  private end(reason: string): void {
    if (this.ending !== null) return;
    this.reason = reason;
    Atomics.store(this.words, control.failed >> 2, 1);
    this.ending = Promise.all(this.members.map(({ thread }) => thread.end())).then(() => {});
    for (const { waiting } of this.members) {
      for (const { reject } of waiting.splice(0)) reject(failure(reason));
    }
  }

  private text(): string {
    const length = Atomics.load(this.words, control.textLength >> 2);
    return String.fromCharCode(...this.bytes.subarray(control.text, control.text + length));
  }
}

function failure(got: string): BackendError {
  return new BackendError({
    where: "cpu, threads",
    must: "every thread must do its part",
    got,
    todo: "make a new backend, on one thread if this happens again",
  });
}
