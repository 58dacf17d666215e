import { createRequire } from "node:module";

/** The part of koffi that is used. */
export interface Koffi {
  load(path: string): KoffiLibrary;
  /** Returns the address of a symbol or of an array's values. */
  address(value: unknown): bigint;
}

/** A loaded library. */
export interface KoffiLibrary {
  func(symbol: string, result: string, args: readonly string[]): NativeCall;
  symbol(name: string, type: string): unknown;
}

export type NativeCall = (...args: unknown[]) => number;

/** Returns koffi. Throws an error if it is not installed, or has no binary for this machine. */
export function loadKoffi(): Koffi {
  return createRequire(import.meta.url)("koffi") as Koffi;
}
