import { createRequire } from "node:module";
import { bindSource } from "./bindSource.ts";
import type { NativeKernels, NativeRecipe } from "./types.ts";

/** The part of koffi that is used. */
export interface Koffi {
  load(path: string): KoffiLibrary;
}

/** A loaded library. */
export interface KoffiLibrary {
  func(symbol: string, result: string, args: readonly string[]): (...args: unknown[]) => unknown;
}

// The look-up starts here, because workers that take the path lie elsewhere.
const requireHere = createRequire(import.meta.url);

/** Returns the path of koffi. Throws an error if it is not installed. */
export function koffiPath(): string {
  return requireHere.resolve("koffi");
}

/** Returns koffi itself. Throws an error if it has no binary for this machine. */
export function loadKoffi(): Koffi {
  return requireHere(koffiPath()) as Koffi;
}

/** Returns the functions of a recipe for a memory. */
export function bind(recipe: NativeRecipe, memory: WebAssembly.Memory): NativeKernels {
  const make = new Function("koffi", "recipe", "memory", bindSource);
  return make(requireHere(recipe.koffi), recipe, memory) as NativeKernels;
}
