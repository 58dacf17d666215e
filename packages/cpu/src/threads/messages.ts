import type { NativeRecipe } from "../native/contract.ts";
import type { control } from "./control.ts";

/** The first message to a worker. */
export interface StartMessage {
  readonly kind: "start";
  readonly memory: WebAssembly.Memory;
  /** The address of the control block, and its layout. */
  readonly address: number;
  readonly control: typeof control;
  readonly textLimit: number;
  readonly part: number;
  readonly sync: WebAssembly.Module;
}

/** A native library, whose functions later modules may import. */
export interface NativeMessage {
  readonly kind: "native";
  readonly recipe: NativeRecipe;
}

/** Functions that programs may import from now on. */
export interface ExtendMessage {
  readonly kind: "extend";
  readonly module: WebAssembly.Module;
}

/** A program that may run from now on, and programs that will not run again. */
export interface LoadMessage {
  readonly kind: "load";
  readonly program: number;
  readonly module: WebAssembly.Module;
  readonly drop: readonly number[];
}

/** A worker's answer to each message: null, or the error. */
export type Answer = string | null;
