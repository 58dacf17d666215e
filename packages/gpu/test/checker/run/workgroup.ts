import type { Mail, Program, Thread } from "./compile.ts";
import type { Findings } from "./findings.ts";
import type { Clock } from "./log.ts";
import { shuffle } from "./shuffle.ts";

/** What a workgroup needs beside its program. */
export interface Surroundings {
  readonly findings: Findings;
  /** The phases of storage and of memory of workgroups: each has barriers of its own. */
  readonly storage: Clock;
  readonly shared: Clock;
  /** The number of lanes of a subgroup. */
  readonly lanes: number;
}

/** Stands for the place of a thread that is done. */
const done = -1;

/** Runs the threads of a workgroup in another order in each phase, and checks that they meet. */
export class Workgroup {
  private readonly program: Program;
  private readonly around: Surroundings;
  private readonly order: number[];
  private readonly at: Int32Array;
  /** Whether lanes of a subgroup give each other values. */
  private readonly exchanges: boolean;
  private threads: Thread[] = [];

  constructor(program: Program, around: Surroundings) {
    this.program = program;
    this.around = around;
    this.order = Array.from({ length: program.threads }, (_, thread) => thread);
    this.at = new Int32Array(program.threads);
    this.exchanges = program.stops.includes("subgroup");
  }

  run(group: number, [x, y]: readonly [number, number]): void {
    const { program } = this;
    const known: Readonly<Record<string, readonly number[]>> = {
      workgroup_id: [group % x, Math.floor(group / x), 0],
      num_workgroups: [x, y, 1],
    };
    const values = program.builtins.map((name) => known[name]);
    // What is left is the number of the thread.
    const start = (thread: number) =>
      program.main(thread, ...values.map((value) => value ?? thread));
    if (!program.waits) {
      for (const thread of shuffle(this.order)) start(thread);
      return;
    }
    this.threads = Array.from({ length: program.threads }, (_, k) => start(k) as Thread);
    this.at.fill(0);
    while (this.runPhase()) this.meet();
  }

  /** Runs all threads to their next barrier. Returns false if all are done. */
  private runPhase(): boolean {
    for (const thread of shuffle(this.order)) if (this.at[thread] !== done) this.advance(thread);
    if (this.exchanges) while (this.at.some((at) => this.isExchange(at))) this.exchangeAll();
    return this.at.some((at) => at !== done);
  }

  private advance(thread: number): void {
    const { value, done: isDone } = (this.threads[thread] as Thread).next();
    this.at[thread] = isDone ? done : value;
  }

  private isExchange(at: number): boolean {
    return at !== done && this.program.stops[at] === "subgroup";
  }

  /** Lets all threads pass a barrier, at which all of them must be. */
  private meet(): void {
    const { at } = this;
    const first = at[0] as number;
    if (at.every((place) => place === first)) {
      this.pass(first);
      return;
    }
    const places = new Set(at);
    this.reportApart(places);
    for (const place of places) this.pass(place);
  }

  /** Begins the next phase of the memory for which a barrier counts. */
  private pass(place: number): void {
    const { storage, shared } = this.around;
    if (place !== done) (this.program.stops[place] === "storage" ? storage : shared).phase++;
  }

  private reportApart(places: ReadonlySet<number>): void {
    const { length } = this.at;
    const waiting = this.at.filter((place) => place !== done).length;
    const what = places.has(done)
      ? `${waiting} of ${length} threads wait, and the others are done`
      : `${length} threads wait at ${places.size} barriers`;
    this.around.findings.add("barrier that not all threads reach", what);
  }

  private exchangeAll(): void {
    const { lanes } = this.around;
    for (let first = 0; first < this.at.length; first += lanes) {
      const own = [...this.at.subarray(first, first + lanes).keys()].map((k) => first + k);
      const waiting = own.filter((thread) => this.isExchange(this.at[thread] as number));
      if (waiting.length > 0) this.exchange(first, own.length, waiting);
    }
  }

  /** Gives waiting lanes of a subgroup what one of them sent. */
  private exchange(first: number, count: number, waiting: readonly number[]): void {
    const { findings } = this.around;
    const { sent, from, got }: Mail = this.program.mail;
    const [one] = waiting as [number];
    const source = first + (from[one] as number);
    const together = waiting.filter((thread) => {
      return this.at[thread] === this.at[one] && from[thread] === from[one];
    });
    if (together.length < count || count < this.around.lanes) {
      const what = `${together.length} of ${this.around.lanes} lanes from thread ${first} on`;
      findings.add("subgroup operation on a part of a subgroup", what);
    }
    for (const thread of together)
      got[thread] = together.includes(source) ? (sent[source] as number) : 0;
    for (const thread of together) this.advance(thread);
  }
}
