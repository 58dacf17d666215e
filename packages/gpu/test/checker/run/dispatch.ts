import type { GlobalVariable, Type } from "../text/tree.ts";
import type { Program } from "./compile.ts";
import { type FindingKind, Findings } from "./findings.ts";
import { Clock, Log } from "./log.ts";
import { Memory, Uniform, type Words } from "./memory.ts";
import { shuffle } from "./shuffle.ts";
import { Workgroup } from "./workgroup.ts";

/** A part of a buffer that a program sees. */
export interface Binding {
  readonly bytes: ArrayBuffer;
  /** The first byte, and the number of bytes. */
  readonly offset: number;
  readonly size: number;
}

const inStorage: FindingKind = "race in storage between threads of a workgroup";
const inWorkgroup: FindingKind = "race in workgroup memory";

/** Runs dispatches one after the other, and keeps what was found. */
export class Runner {
  readonly findings = new Findings();
  readonly lanes: number;
  /** How much was run. */
  readonly done = { dispatches: 0, threads: 0 };
  private readonly storage = new Clock();
  private readonly shared = new Clock();
  private readonly logs = new WeakMap<ArrayBuffer, Log>();
  private readonly kept = new WeakMap<Program, Kept>();

  /** `lanes` is the number of lanes of a subgroup. */
  constructor(lanes: number) {
    this.lanes = lanes;
  }

  /** Runs the workgroups of a dispatch in another order. */
  run(program: Program, bindings: readonly Binding[], [x, y]: readonly [number, number]): void {
    const { findings, storage, shared } = this;
    findings.kernel = program.text;
    const { workgroup, memories } = this.keptOf(program);
    storage.beginDispatch();
    program.bind(
      program.memories.map((variable) => {
        const own = memories.get(variable.name);
        if (own !== undefined) return own.memory;
        return this.bound(variable, bindings[variable.binding as number] as Binding);
      }),
    );
    for (const group of shuffle(Array.from({ length: x * y }, (_, group) => group))) {
      storage.beginGroup(group);
      shared.beginDispatch();
      shared.beginGroup(group);
      for (const { words } of memories.values()) words.fill(0);
      workgroup.run(group, [x, y]);
    }
    this.done.dispatches += 1;
    this.done.threads += x * y * program.threads;
  }

  /** Returns what all dispatches of a program share: its workgroup, and the memory of a workgroup by name. */
  private keptOf(program: Program): Kept {
    const known = this.kept.get(program);
    if (known !== undefined) return known;
    const { findings, storage, shared, lanes } = this;
    const workgroup = new Workgroup(program, { findings, storage, shared, lanes });
    const own = program.memories.filter(({ space }) => space === "workgroup");
    const memories = new Map(
      own.map((variable) => [variable.name, this.workgroupMemory(variable)]),
    );
    const made = { workgroup, memories };
    this.kept.set(program, made);
    return made;
  }

  private workgroupMemory({ name, type }: GlobalVariable): Own {
    const count = type.kind === "array" ? (type.count as number) : 1;
    const { size, words } = layoutOf(type);
    const own = words(new ArrayBuffer(4 * size * count));
    const log = new Log(this.shared, this.findings, inWorkgroup, count);
    const memory = new Memory(name, { words: own, size, first: 0, count, log }, this.findings);
    return { words: own, memory };
  }

  private bound({ name, type, space }: GlobalVariable, binding: Binding): Memory | Uniform {
    const { bytes, offset } = binding;
    const declared = type.kind === "array" && type.count !== null ? type.count : null;
    const { size, words } = layoutOf(type);
    const count = declared ?? Math.floor(binding.size / (4 * size));
    if (4 * size * count > binding.size) {
      throw new Error(`${name} needs ${4 * size * count} bytes, and ${binding.size} are bound`);
    }
    if (space === "uniform") {
      return new Uniform(new Uint32Array(bytes, offset, size * count), this.findings);
    }
    const log = this.logs.get(bytes) ?? this.logOf(bytes);
    const first = offset / (4 * size);
    return new Memory(name, { words: words(bytes), size, first, count, log }, this.findings);
  }

  private logOf(bytes: ArrayBuffer): Log {
    const log = new Log(this.storage, this.findings, inStorage, bytes.byteLength / 4);
    this.logs.set(bytes, log);
    return log;
  }
}

interface Own {
  readonly words: Words;
  readonly memory: Memory;
}

interface Kept {
  readonly workgroup: Workgroup;
  readonly memories: ReadonlyMap<string, Own>;
}

/** Returns the number of words of an element, and the view that shows them. Vectors of three have gaps, which nobody needs yet. */
function layoutOf(type: Type): {
  readonly size: number;
  readonly words: (bytes: ArrayBuffer) => Words;
} {
  const of = type.kind === "array" ? type.of : type;
  const size = of.kind === "vector" ? of.size : 1;
  if (of.kind === "array" || of.kind === "void" || size === 3) {
    throw new Error(`elements of ${JSON.stringify(type)} are not understood`);
  }
  const View = { f32: Float32Array, i32: Int32Array }[of.of as string] ?? Uint32Array;
  return { size, words: (bytes) => new View(bytes) };
}
