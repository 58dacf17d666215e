import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder, V128 } from "../wasm/index.ts";
import { Emitter, type Operand } from "./emitter.ts";
import type { Scalars } from "./scalars.ts";

/** The values that are computed so far, by node. */
export type Values = readonly (V128 | undefined)[];

/**
 * Emits the sub-expressions of `scalars` level by level. A value that does not change in an inner loop is computed
 * before it. Level 0 lies outside of all loops.
 */
export class Evaluator {
  readonly emitter: Emitter;
  private readonly f: FunctionBuilder;
  private readonly scalars: Scalars;
  private readonly levels: readonly number[];

  /**
   * Makes an evaluator. `levelOfArg` says in which loop an argument changes. Constants go to the place where `f` is
   * now.
   */
  constructor(
    f: FunctionBuilder,
    scalars: Scalars,
    levelOfArg: (index: number) => number,
    options: KernelOptions,
  ) {
    this.f = f;
    this.scalars = scalars;
    this.emitter = new Emitter(f, options);
    const levels: number[] = [];
    for (const node of scalars.nodes) {
      if (node.op === "arg") levels.push(levelOfArg(node.index));
      else if (node.op === "const") levels.push(0);
      else levels.push(node.args.reduce((level, arg) => Math.max(level, levels[arg] as number), 0));
    }
    this.levels = levels;
  }

  /** Computes the nodes of one level, with `load` for arguments; returns the values that are known afterwards. */
  enter(level: number, known: Values, load: (index: number) => V128): Values {
    const values = [...known];
    this.scalars.nodes.forEach((node, at) => {
      if (this.levels[at] !== level) return;
      if (node.op === "const") values[at] = this.literal(node.type, node.value);
      else if (node.op === "arg") values[at] = this.f.let(load(node.index));
      else {
        const value = this.f.local("v128");
        // The temporaries of one function are used again by the next one.
        this.f.scope(() => {
          this.f.set(value, node.rule(this.emitter, this.operands(node.args, values), node.type));
        });
        values[at] = value;
      }
    });
    return values;
  }

  /** Returns the values of the expressions. */
  roots(values: Values): V128[] {
    return this.scalars.roots.map((root) => values[root] as V128);
  }

  private operands(args: readonly number[], values: Values): readonly [Operand, Operand, Operand] {
    const operands = args.map((arg): Operand => {
      const node = this.scalars.nodes[arg];
      const literal = node?.op === "const" ? node.value : undefined;
      return { value: values[arg] as V128, type: node?.type ?? "float", literal };
    });
    return operands as unknown as readonly [Operand, Operand, Operand];
  }

  private literal(type: string, value: number): V128 {
    if (type === "float") return this.emitter.float(value);
    return this.emitter.bits(type === "bool" ? -Number(value !== 0) : value);
  }
}
