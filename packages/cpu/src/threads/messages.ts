import type { NativeRecipe } from "../native/contract.ts";
import type { control } from "./control.ts";

/** The first message to a worker. */
export interface StartMessage {
  readonly kind: "start";
  readonly memory: WebAssembly.Memory;
  /** Where the control block lies, and its layout. */
  readonly address: number;
  readonly control: typeof control;
  readonly textLimit: number;
  readonly part: number;
  readonly sync: WebAssembly.Module;
}

/** A native library, whose functions what follows may import. */
export interface NativeMessage {
  readonly kind: "native";
  readonly recipe: NativeRecipe;
}

/** Functions that programs from now on may import. */
export interface ExtendMessage {
  readonly kind: "extend";
  readonly module: WebAssembly.Module;
}

/** A program to run from now on, and programs that will not run again. */
export interface LoadMessage {
  readonly kind: "load";
  readonly program: number;
  readonly module: WebAssembly.Module;
  readonly drop: readonly number[];
}

/** A worker's answer to each message: null, or what went wrong. */
export type Answer = string | null;
