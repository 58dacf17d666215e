import { type V128, v128 } from "../../wasm/index.ts";
import type { Emitter } from "../emitter.ts";

/** Returns the same float64 twice. */
export function doubles(e: Emitter, value: number): V128 {
  const words = new Int32Array(new Float64Array([value]).buffer);
  const [low = 0, high = 0] = words;
  return e.constant(`d${value}`, () => v128.const(low, high, low, high));
}
