import { TextError } from "../text/tokens.ts";
import type { FunctionTree, GlobalVariable, Tree, Type } from "../text/tree.ts";
import type { Value } from "./values.ts";

/** Where threads wait for each other. */
export type Stop = "workgroup" | "storage" | "subgroup";

/** What a call of a function needs to know. */
export interface Signature {
  readonly tree: FunctionTree;
  /** Whether threads wait for each other in it. */
  readonly waits: boolean;
}

/** What all functions of a program share. */
export interface Shared {
  readonly tree: Tree;
  readonly globals: ReadonlyMap<string, GlobalVariable>;
  /** Returns the signature of a function, which is emitted before those that call it; null if there is none. */
  readonly signature: (name: string) => Signature | null;
  /** The places where threads wait, by number. */
  readonly stops: Stop[];
}

/** The names of a function while it is emitted. */
export class Scope {
  readonly shared: Shared;
  readonly returns: Type;
  /** Whether threads wait for each other in what was emitted so far. */
  waits = false;
  readonly temporaries: string[] = [];
  private readonly blocks: Map<string, Value>[] = [new Map()];
  private count = 0;

  constructor(shared: Shared, returns: Type) {
    this.shared = shared;
    this.returns = returns;
  }

  fail(at: number, what: string): TextError {
    return new TextError(this.shared.tree.text, at, what);
  }

  /** Emits what has names of its own. */
  inside<T>(emit: () => T): T {
    this.blocks.push(new Map());
    try {
      return emit();
    } finally {
      this.blocks.pop();
    }
  }

  find(name: string): Value | undefined {
    return this.blocks.findLast((block) => block.has(name))?.get(name);
  }

  /** Adds a name, and returns that of its variable. */
  declare(name: string, type: Type, mutable: boolean, at: number): string {
    const block = this.blocks.at(-1) as Map<string, Value>;
    if (block.has(name)) throw this.fail(at, `${name} is declared twice`);
    const js = `${name}_${this.count++}`;
    block.set(name, { js, type, place: { kind: "local", mutable } });
    return js;
  }

  /** Returns a variable for a value between two steps of an expression. */
  temporary(): string {
    const name = `t${this.temporaries.length}`;
    this.temporaries.push(name);
    return name;
  }

  /** Returns an expression in which the thread waits. */
  stop(kind: Stop): string {
    this.waits = true;
    return `(yield ${this.shared.stops.push(kind) - 1})`;
  }
}
