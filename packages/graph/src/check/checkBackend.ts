import {
  type Backend,
  BackendError,
  checkNames,
  convert,
  type FloatType,
  reference,
  type Store,
  type Tensor,
  valueTypeOf,
} from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { constant } from "../ops/constant.ts";
import { vjp } from "../transform/vjp.ts";
import { caseTensor, type OpCase, type OpRow } from "./case.ts";
import { opRows } from "./cases/table.ts";
import {
  type CheckReport,
  type CheckResult,
  compareTensors,
  failuresOf,
  listFailures,
  reportOf,
} from "./report.ts";
import { storeResults } from "./stores.ts";
import { evaluator, inputLike, noiseLike } from "./trace.ts";

/**
 * Options of {@link checkBackend}.
 *
 * @category Checks
 */
export interface CheckBackendOptions {
  /** The ops to run, with their cases; {@link opRows} by default. */
  readonly rows?: readonly OpRow[];
  /** The float types of the stores to check; all types of the backend by default. */
  readonly floats?: readonly FloatType[];
  /**
   * The largest relative error of float32 values in a case that has no tolerance; 2e-5 by default.
   */
  readonly tolerance?: number;
}

/**
 * The tolerances of float64 as a fraction of those of float32: 1e-12 in a case that has none.
 * Numbers of float64 are 2⁻²⁹ ≈ 2e-9 times as fine. The rest is for the reference: it computes in
 * float64 too, in another order, so its errors count as well.
 */
const finer = 5e-8;

/**
 * Checks a backend: runs every op and its pullback on it and on the reference, and compares the
 * results.
 *
 * The reference computes in float64. Floats must agree within a tolerance. All other values, random
 * draws too, must be equal bit for bit. Then it checks the rules that stores and programs must
 * keep. Authors of backends run it in their tests.
 *
 * @param backend - The backend. It stays open.
 * @param options - The ops, the float types and the tolerance.
 * @returns A promise of the report with every comparison.
 * @throws {@link BackendError} if a comparison fails, or if an option is unknown. The message lists
 *   the failures.
 * @category Checks
 */
export async function checkBackend(
  backend: Backend,
  options: CheckBackendOptions = {},
): Promise<CheckReport> {
  checkNames("checkBackend", options, ["rows", "floats", "tolerance"], BackendError);
  const { rows = opRows, floats = backend.floats, tolerance = 2e-5 } = options;
  const oracle = await reference();
  const seed = 7;
  const results: CheckResult[] = [];
  for (const float of floats) {
    results.push(...(await storeResults(backend, { float, seed })));
    const store = await backend.store([], { float, seed });
    const expected = await oracle.store([], { float: "f64", seed });
    for (const row of rows) {
      for (const one of row.cases) {
        const name = `${row.op}, ${one.name}, ${float}`;
        const own = one.tolerance ?? tolerance;
        const bound = float === "f32" ? own : own * finer;
        try {
          results.push(...(await compareCase(name, row, one, store, expected, bound)));
        } catch (error) {
          const detail = `failed, ${error instanceof Error ? error.message : error}`;
          results.push({ name, error: Number.POSITIVE_INFINITY, tolerance: bound, detail });
        }
      }
    }
    await store.close();
    await expected.close();
  }
  await oracle.close();
  const failures = failuresOf(results);
  if (failures.length === 0) return reportOf(results);
  throw new BackendError({
    where: `checkBackend(${backend.name})`,
    must: `all ${results.length} comparisons with the reference must hold`,
    got: listFailures(failures),
    todo: "correct the backend's steps",
  });
}

/** Compares one case on a store of the backend and on a store of the reference. */
async function compareCase(
  name: string,
  { f }: OpRow,
  one: OpCase,
  store: Store,
  oracle: Store,
  tolerance: number,
): Promise<CheckResult[]> {
  // Both get the same numbers: the ones that the backend's float type can hold.
  const held = (value: Tensor) =>
    value.dtype === "f64" ? convert(convert(value, store.float), "f64") : value;
  const values = one.inputs.map((value) => held(caseTensor(value)));
  const xs = values.map((value, index) => inputLike(`x${index}`, value));
  const y = f(...xs);
  const floats = xs.filter(({ type }) => type === "float");
  const outputs: Node[] = [y];
  if ((one.order ?? 2) > 0 && y.type === "float" && floats.length > 0) {
    outputs.push(...vjp([y], floats, [constant(held(noiseLike(y.shape, "c")))]));
  }
  const feeds = Object.fromEntries(values.map((value, index) => [`x${index}`, value]));
  const [got, expected] = await Promise.all(
    [store, oracle].map(async (on) => {
      const program = await evaluator(outputs, on);
      const read = await program.run(feeds);
      await program.close();
      return read;
    }),
  );
  return outputs.map((_, index) => {
    const what = index === 0 ? name : `${name}: vjp by float input ${index - 1}`;
    const value = got?.[index] as Tensor;
    return compareTensors(
      what,
      value,
      expected?.[index] as Tensor,
      valueTypeOf(value.dtype) === "float" ? tolerance : 0,
    );
  });
}
