import type { NdArray } from "ndarray";
import type { TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";

/** What the reference backend takes from ndarray-ops. */
export interface ArrayOps {
  /** Copies the elements of an array to another of its shape. */
  assign(target: NdArray<TypedArray>, source: NdArray<TypedArray>): void;
}

/**
 * Loads ndarray-ops, which makes code from strings as soon as it is loaded: where that is forbidden
 * everything else still works. Throws BackendError there.
 */
export async function loadArrayOps(): Promise<ArrayOps> {
  try {
    const { default: ops } = await import("ndarray-ops");
    return { assign: (target, source) => void ops.assign(target, source) };
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new BackendError({
      where: "reference backend",
      must: "it must be allowed to make code from strings, as ndarray and ndarray-ops do",
      got: error.message,
      todo: "allow 'unsafe-eval' in the page's Content-Security-Policy, or use the cpu backend",
    });
  }
}
