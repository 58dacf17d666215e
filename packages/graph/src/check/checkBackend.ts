import {
  type Backend,
  BackendError,
  checkNames,
  convert,
  type FloatType,
  reference,
  type Store,
  type Tensor,
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

/** How `checkBackend` compares. */
export interface CheckBackendOptions {
  /** What to run; every op of this package by default. */
  readonly rows?: readonly OpRow[];
  /** The floats of the stores that are checked; all that the backend has by default. */
  readonly floats?: readonly FloatType[];
  /** Largest relative error of floats in float32 where a case states none; 2e-5 by default. */
  readonly tolerance?: number;
}

/**
 * Tolerances of float64 in parts of those of float32: 1e-12 where a case states none. Numbers are 2⁻²⁹ ≈ 2e-9 times as
 * fine; what is more covers that the reference too computes in float64, in another order, so its errors count.
 */
const finer = 5e-8;

/**
 * Runs every op and its pullback on a backend and on the reference in float64, and compares: floats
 * within a tolerance, everything else, random streams too, bit for bit. Then checks what stores and
 * programs promise. Throws BackendError that lists what is off.
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

async function compareCase(
  name: string,
  { f }: OpRow,
  one: OpCase,
  store: Store,
  oracle: Store,
  tolerance: number,
): Promise<CheckResult[]> {
  // Both see the same numbers: those that the backend's floats can hold.
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
      value.dtype[0] === "f" ? tolerance : 0,
    );
  });
}
