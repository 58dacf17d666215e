import {
  type Backend,
  convert,
  GraphError,
  isTensor,
  reference,
  type Store,
  sameShape,
  showShape,
} from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { sum } from "../ops/broadcastTo.ts";
import { grad } from "../transform/grad.ts";
import { batchResults } from "./batching.ts";
import { type CaseValue, caseTensor, type OpCase, type OpFunction } from "./case.ts";
import { differenceResults } from "./differences.ts";
import {
  type CheckReport,
  type CheckResult,
  compareTensors,
  failuresOf,
  listFailures,
  reportOf,
} from "./report.ts";
import { evaluator, inputLike } from "./trace.ts";

/**
 * Options of {@link checkOp}.
 *
 * @category Checks
 */
export interface CheckOpOptions {
  /** The name in messages; "checkOp" by default. */
  readonly name?: string;
  /** A backend that stores f64; the reference by default. A given backend stays open. */
  readonly backend?: Backend;
  /** The number of random directions for each case; 2 by default. */
  readonly directions?: number;
  /** The step of the central differences; 1e-5 by default. */
  readonly step?: number;
  /** The largest relative error of derivatives; 1e-6 by default. */
  readonly tolerance?: number;
}

/** The largest relative error of values in float64. */
const exact = 1e-11;

/**
 * Checks an op, or any function of nodes, in float64 on given values.
 *
 * It checks the type, the shape and the value of the result. It compares first and second
 * derivatives with central differences in random directions, and `jvp` with `vjp`. It compares
 * gradients at the points where a case states them. And it compares the batch rules of the function
 * and of its pullback with a loop.
 *
 * {@includeCode ../../../../examples/api/graph/checkOp.ts#example}
 *
 * @param f - The function: it applies the op to nodes.
 * @param cases - The values to apply it to, and what is known of the results.
 * @param options - The name, the backend, and the accuracy of derivatives.
 * @returns A promise of the report with every comparison.
 * @throws {@link GraphError} if a comparison fails. The message lists the failures.
 * @throws {@link BackendError} if the backend does not store f64.
 * @category Checks
 */
export async function checkOp(
  f: OpFunction,
  cases: readonly OpCase[],
  options: CheckOpOptions = {},
): Promise<CheckReport> {
  checkOptions("checkOp", options, ["name", "backend", "directions", "step", "tolerance"]);
  const where = options.name ?? "checkOp";
  const backend = options.backend ?? (await reference());
  const store = await backend.store([], { float: "f64" });
  const results: CheckResult[] = [];
  for (const one of cases) {
    const name = `${where}, ${one.name}`;
    try {
      results.push(...(await caseResults(name, f, one, store, options)));
    } catch (error) {
      const detail = `failed, ${error instanceof Error ? error.message : error}`;
      results.push({ name, error: Number.POSITIVE_INFINITY, tolerance: 0, detail });
    }
  }
  await store.close();
  if (options.backend === undefined) await backend.close();
  const failures = failuresOf(results);
  if (failures.length === 0) return reportOf(results);
  throw new GraphError({
    where,
    must: `all ${results.length} comparisons must hold`,
    got: listFailures(failures),
    todo: "correct the op's infer, lower, vjp or batch, or what the cases state",
  });
}

/** Runs all comparisons of one case. */
async function caseResults(
  name: string,
  f: OpFunction,
  one: OpCase,
  store: Store,
  options: CheckOpOptions,
): Promise<CheckResult[]> {
  const { order = 2, batch = true } = one;
  const { directions = 2, step = 1e-5, tolerance = 1e-6 } = options;
  const values = one.inputs.map(caseTensor);
  const results = await valueResults(name, f, one, store);
  if (order > 0) {
    const how = { order: order as 1 | 2, directions, step, tolerance };
    results.push(...(await differenceResults(name, f, values, store, how)));
  }
  if (batch) results.push(...(await batchResults(name, f, values, store, order > 0, exact)));
  return results;
}

/** Compares the type, the shape, the value and the stated gradients of a case. */
async function valueResults(
  name: string,
  f: OpFunction,
  one: OpCase,
  store: Store,
): Promise<CheckResult[]> {
  const values = one.inputs.map(caseTensor);
  const xs = values.map((value, index) => inputLike(`x${index}`, value));
  const y = f(...xs);
  const stated = one.gradients ?? [];
  const places = xs.flatMap((_, index) => ((stated[index] ?? null) === null ? [] : [index]));
  const wrt = places.map((index) => xs[index] as (typeof xs)[0]);
  const gradients = wrt.length === 0 ? [] : grad(sum(y), wrt, { unused: "zero" });
  const program = await evaluator([y, ...gradients], store);
  const feeds = Object.fromEntries(values.map((value, index) => [`x${index}`, value]));
  const [got, ...slopes] = await program.run(feeds);
  await program.close();
  const results: CheckResult[] = [];
  const state = (what: string, holds: boolean, must: string, was: string) =>
    results.push({
      name: `${name}: ${what}`,
      error: holds ? 0 : Number.POSITIVE_INFINITY,
      tolerance: 0,
      detail: holds ? null : `must be ${must}, got ${was}`,
    });
  if (got === undefined) return results;
  const type = inputLike("", got).type;
  state("type", y.type === type && type === (one.type ?? type), one.type ?? y.type, type);
  const shape = one.shape ?? y.shape;
  state("shape", sameShape(got.shape, shape), showShape(shape), showShape(got.shape));
  const compare = (what: string, value: typeof got, expected: CaseValue) => {
    const tensor = isTensor(expected) ? expected : convert(caseTensor(expected), value.dtype);
    results.push(compareTensors(`${name}: ${what}`, value, tensor, exact));
  };
  if (one.value !== undefined) compare("value", got, one.value);
  slopes.forEach((slope, index) => {
    const place = places[index] as number;
    compare(`gradient by input ${place}`, slope, stated[place] as CaseValue);
  });
  return results;
}
