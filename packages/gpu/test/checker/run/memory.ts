import type { Findings } from "./findings.ts";
import type { Log } from "./log.ts";

/** The words of a memory, as its type shows them. */
export type Words = Float32Array | Uint32Array | Int32Array;

/** Memory as a kernel sees it: elements of one or several words. Emitted texts call these methods. */
export class Memory {
  private readonly name: string;
  private readonly words: Words;
  private readonly size: number;
  private readonly count: number;
  private readonly first: number;
  private readonly log: Log;
  private readonly findings: Findings;

  /** `first` is the index of the first of `count` elements in the words and in the log. */
  constructor(
    name: string,
    {
      words,
      size,
      first,
      count,
      log,
    }: {
      readonly words: Words;
      readonly size: number;
      readonly first: number;
      readonly count: number;
      readonly log: Log;
    },
    findings: Findings,
  ) {
    this.name = name;
    this.words = words;
    this.size = size;
    this.first = first;
    this.count = count;
    this.log = log;
    this.findings = findings;
  }

  load(index: number, thread: number): number {
    if (!(index >= 0 && index < this.count)) return this.outside("reads", index, thread);
    const at = this.first + index;
    this.log.read(at, thread, this.name);
    return this.words[at] as number;
  }

  store(index: number, value: number, thread: number): void {
    if (!(index >= 0 && index < this.count)) {
      this.outside("writes", index, thread);
      return;
    }
    const at = this.first + index;
    this.log.write(at, thread, this.name);
    this.words[at] = value;
  }

  vector(index: number, thread: number): number[] {
    const parts: number[] = [];
    if (!(index >= 0 && index < this.count)) {
      const none = this.outside("reads", index, thread);
      for (let k = 0; k < this.size; k++) parts.push(none);
      return parts;
    }
    const at = this.first + index;
    this.log.read(at, thread, this.name);
    const from = at * this.size;
    for (let k = 0; k < this.size; k++) parts.push(this.words[from + k] as number);
    return parts;
  }

  storeVector(index: number, value: readonly number[], thread: number): void {
    if (!(index >= 0 && index < this.count)) {
      this.outside("writes", index, thread);
      return;
    }
    const at = this.first + index;
    this.log.write(at, thread, this.name);
    const from = at * this.size;
    for (let k = 0; k < this.size; k++) this.words[from + k] = value[k] as number;
  }

  part(index: number, component: number, thread: number): number {
    const inside = index >= 0 && index < this.count && component >= 0 && component < this.size;
    if (!inside) return this.outside("reads", index, thread);
    const at = this.first + index;
    this.log.read(at, thread, this.name);
    return this.words[at * this.size + component] as number;
  }

  /** Stores a component. A device may write the whole vector then. */
  storePart(index: number, component: number, value: number, thread: number): void {
    const inside = index >= 0 && index < this.count && component >= 0 && component < this.size;
    if (!inside) {
      this.outside("writes", index, thread);
      return;
    }
    const at = this.first + index;
    this.log.write(at, thread, this.name);
    this.words[at * this.size + component] = value;
  }

  atomicLoad(index: number): number {
    return this.atomic(index, (old) => old);
  }
  atomicStore(index: number, value: number): void {
    this.atomic(index, () => value);
  }
  atomicExchange(index: number, value: number): number {
    return this.atomic(index, () => value);
  }
  atomicAdd(index: number, value: number): number {
    return this.atomic(index, (old) => old + value);
  }
  atomicSub(index: number, value: number): number {
    return this.atomic(index, (old) => old - value);
  }
  atomicMax(index: number, value: number): number {
    return this.atomic(index, (old) => Math.max(old, value));
  }
  atomicMin(index: number, value: number): number {
    return this.atomic(index, (old) => Math.min(old, value));
  }
  atomicAnd(index: number, value: number): number {
    return this.atomic(index, (old) => old & value);
  }
  atomicOr(index: number, value: number): number {
    return this.atomic(index, (old) => old | value);
  }
  atomicXor(index: number, value: number): number {
    return this.atomic(index, (old) => old ^ value);
  }

  /** Changes a word at once and returns what it was. Atomic words are never anything else, so nothing races. */
  private atomic(index: number, change: (old: number) => number): number {
    if (!(index >= 0 && index < this.count)) return this.outside("changes", index, 0);
    const at = this.first + index;
    const old = this.words[at] as number;
    this.words[at] = change(old);
    return old;
  }

  /** Reports an element that is not there. What is read there is 0, and what is written is lost. */
  private outside(does: string, index: number, thread: number): number {
    const what = `thread ${thread} ${does} ${this.name}[${index}] of ${this.count} elements`;
    this.findings.add("access out of bounds", what);
    return 0;
  }
}

/** Parameters, which nobody writes, as vectors of four words. */
export class Uniform {
  private readonly words: Uint32Array;
  private readonly count: number;
  private readonly findings: Findings;

  constructor(words: Uint32Array, findings: Findings) {
    this.words = words;
    this.count = words.length / 4;
    this.findings = findings;
  }

  part(index: number, component: number): number {
    if (index < this.count && component < 4) return this.words[4 * index + component] as number;
    this.findings.add("access out of bounds", `parameters [${index}] of ${this.count} vectors`);
    return 0;
  }
}
