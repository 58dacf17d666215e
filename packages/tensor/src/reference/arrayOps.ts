import type { NdArray } from "ndarray";
import type { TypedArray } from "../dtype.ts";
import { BackendError } from "../errors.ts";

/**
 * The functions of ndarray-ops that the reference backend uses.
 *
 * @category For authors of backends
 */
export interface ArrayOps {
  /**
   * Copies the elements of an array to another array of the same shape.
   *
   * @param target - The array that is written.
   * @param source - The array that is read.
   */
  assign(target: NdArray<TypedArray>, source: NdArray<TypedArray>): void;
}

/**
 * Loads ndarray-ops when it is first needed. It makes code from strings as soon as it is loaded.
 *
 * A web page may forbid that. Then this function throws a BackendError, and everything else still works.
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
