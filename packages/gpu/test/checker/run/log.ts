import type { FindingKind, Findings } from "./findings.ts";

/** Where the threads that run are, between two barriers: each workgroup and each barrier begins another phase. */
export class Clock {
  phase = 0;
  /** The first phases of the workgroup and of the dispatch. */
  groupFrom = 0;
  dispatchFrom = 0;
  /** The workgroups of the dispatch in the order in which they ran. */
  private groups: { readonly from: number; readonly group: number }[] = [];

  beginDispatch(): void {
    this.dispatchFrom = this.phase + 1;
    this.groups = [];
  }

  beginGroup(group: number): void {
    this.groupFrom = ++this.phase;
    this.groups.push({ from: this.phase, group });
  }

  /** Returns the workgroup of a phase of this dispatch. */
  groupOf(phase: number): number {
    return this.groups.findLast(({ from }) => from <= phase)?.group ?? -1;
  }
}

/** What stands for several threads. */
const several = 0xffff;

/**
 * Remembers which thread read and wrote each element last, and in which phase. Two threads race if one of them writes what the other
 * one uses in the same phase, or in another workgroup of the dispatch.
 */
export class Log {
  private readonly clock: Clock;
  private readonly findings: Findings;
  private readonly kind: FindingKind;
  private readonly writes: Int32Array;
  private readonly reads: Int32Array;
  /** The first phase of the dispatch in which an element was read. */
  private readonly firstReads: Int32Array;
  private readonly writers: Uint16Array;
  private readonly readers: Uint16Array;

  constructor(clock: Clock, findings: Findings, kind: FindingKind, count: number) {
    this.clock = clock;
    this.findings = findings;
    this.kind = kind;
    this.writes = new Int32Array(count).fill(-1);
    this.reads = new Int32Array(count).fill(-1);
    this.firstReads = new Int32Array(count).fill(-1);
    this.writers = new Uint16Array(count);
    this.readers = new Uint16Array(count);
  }

  read(at: number, thread: number, name: string): void {
    const { phase, dispatchFrom } = this.clock;
    const written = this.writes[at] as number;
    if (written >= dispatchFrom && this.meets(written, this.writers[at] as number, thread)) {
      this.report(name, at, "reads", thread, "wrote", written, this.writers[at] as number);
    }
    const read = this.reads[at] as number;
    if (read === phase) {
      if (this.readers[at] !== thread) this.readers[at] = several;
      return;
    }
    if (read < dispatchFrom) this.firstReads[at] = phase;
    this.reads[at] = phase;
    this.readers[at] = thread;
  }

  write(at: number, thread: number, name: string): void {
    const { phase, dispatchFrom, groupFrom } = this.clock;
    const written = this.writes[at] as number;
    if (written >= dispatchFrom && this.meets(written, this.writers[at] as number, thread)) {
      this.report(name, at, "writes", thread, "wrote", written, this.writers[at] as number);
    }
    const read = this.reads[at] as number;
    if (read >= dispatchFrom) {
      const first = this.firstReads[at] as number;
      const other = first < groupFrom ? first : read;
      if (this.meets(other, this.readers[at] as number, thread)) {
        this.report(name, at, "writes", thread, "read", other, this.readers[at] as number);
      }
    }
    this.writes[at] = phase;
    this.writers[at] = thread;
  }

  /** Whether nothing is between what a thread does now and what another one did in a phase of the dispatch. */
  private meets(phase: number, other: number, thread: number): boolean {
    return phase < this.clock.groupFrom || (phase === this.clock.phase && other !== thread);
  }

  private report(
    name: string,
    at: number,
    does: string,
    thread: number,
    did: string,
    phase: number,
    other: number,
  ): void {
    const { clock } = this;
    const own = clock.groupOf(clock.phase);
    if (phase < clock.groupFrom) {
      const what = `workgroup ${own} ${does} ${name}[${at}], which workgroup ${clock.groupOf(phase)} ${did}`;
      this.findings.add("race in storage between workgroups", what);
      return;
    }
    const who = other === several ? "several threads" : `thread ${other}`;
    const what = `in workgroup ${own} thread ${thread} ${does} ${name}[${at}], which ${who} ${did} since the last barrier`;
    this.findings.add(this.kind, what);
  }
}
