import { type Emitted, emitProgram } from "../emit/program.ts";
import type { Findings } from "./findings.ts";
import type { Memory, Uniform } from "./memory.ts";
import { numbers } from "./numbers.ts";

/** What the lanes of a subgroup give each other, by the number of the thread. */
export interface Mail {
  readonly sent: Float64Array;
  readonly from: Uint32Array;
  readonly got: Float64Array;
}

/** A thread that stops where it waits, with the number of the place. */
export type Thread = Generator<number, void, undefined>;

type Main = (thread: number, ...builtins: readonly unknown[]) => Thread | undefined;

/** A text that can run. */
export interface Program extends Emitted {
  readonly text: string;
  readonly mail: Mail;
  /** Gives the program its memory, in the order in which the text declares it. */
  readonly bind: (memories: readonly (Memory | Uniform)[]) => void;
  /** Runs a thread, or returns it if threads wait for each other. */
  readonly main: Main;
}

/** Compiles a text to JavaScript. Throws TextError for all that it does not understand. */
export function compile(text: string, findings: Findings): Program {
  const emitted = emitProgram(text);
  const { threads } = emitted;
  const mail = {
    sent: new Float64Array(threads),
    from: new Uint32Array(threads),
    got: new Float64Array(threads),
  };
  const inside = (index: number, count: number) => {
    if (index >= 0 && index < count) return index;
    findings.add("access out of bounds", `[${index}] of a variable of ${count} elements`);
    return 0;
  };
  const make = new Function("context", `"use strict";${emitted.js}`) as (
    context: object,
  ) => Pick<Program, "bind" | "main">;
  return { ...emitted, text, mail, ...make({ ...numbers, ...mail, inside }) };
}
