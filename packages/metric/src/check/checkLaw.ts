import { constant, type Node } from "@metrigrad/graph";
import type { AnyLaw, RowLaw } from "@metrigrad/nn";
import {
  isTensor,
  MetricError,
  mapTree,
  reference,
  ShapeError,
  type Store,
  sizeOf,
  type Tensor,
  type Tree,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import { hostValues, type LawAt, numbersOf, rowsOf } from "./lawAt.ts";
import { drawnLawChecks } from "./lawDraws.ts";
import { lawEnsemble } from "./lawEnsemble.ts";
import { exactLawChecks, outcomesCheck } from "./lawExact.ts";
import { type Drawing, wholeLawChecks } from "./lawParts.ts";
import { type MetricCheck, type MetricReport, metricReport, prefixed } from "./report.ts";

/**
 * Options of {@link checkLaw}.
 *
 * @category Checks
 */
export interface CheckLawOptions {
  /**
   * The values h at which the law is checked, in the structure that the law takes, with the samples first. For a law
   * of rows they are drawn by default.
   */
  readonly inputs?: Tree<Tensor>;
  /** The seed of draws; 1 by default. */
  readonly seed?: number;
  /** The number of draws per row; 2,000 by default, 0 for none. */
  readonly samples?: number;
  /** The largest relative error of enumeration and quadrature; 1e-6 by default. */
  readonly tolerance?: number;
}

/** The number of rows of drawn inputs. */
const rowsByDefault = 3;
/** The most rows of a part that are checked. */
const mostRows = 4;
/** The standard deviation of drawn inputs. */
const spread = 0.7;

/**
 * Checks a law against its own `logProb`, in float64.
 *
 * - Probabilities add up to 1, and scores to 0.
 * - `fisher`, `fisherRoot` and `fisherDiagonal` are E[score score'], with scores by differences of ln p.
 * - `kl` is E[ln p − ln p'], and `predict` is the most probable response.
 * - `outcomes` differ. Draws are in the support, and come up as often as `logProb` says.
 *
 * Expectations are over all outcomes, over counts, or by quadrature of one or two numbers. Otherwise, and for
 * `sample`, they are over draws, and errors are measured in standard errors. A law of several responses is checked
 * part by part, and as a whole if its `logProb` is a density. Information that is an estimate from draws, such as
 * that of a mixture, is checked by its trace, to a factor of three.
 *
 * {@includeCode ../../../../examples/api/metric/checkLaw.ts#example}
 *
 * @param law - The law.
 * @param options - Where and how closely to check.
 * @returns Resolves to a report: what is wrong, by how much, and where.
 * @throws {@link MetricError} if the value is no law, for unknown options, and if inputs are needed. Errors of the
 *   law pass through.
 * @category Checks
 */
export async function checkLaw(law: AnyLaw, options: CheckLawOptions = {}): Promise<MetricReport> {
  checkIsLaw(law);
  checkOptions("checkLaw", options, ["inputs", "seed", "samples", "tolerance"]);
  const { seed = 1, samples = 2000, tolerance = 1e-6 } = options;
  const drawn = (path: string, shape: readonly number[]) => normals(seed, path, shape);
  const inputs = options.inputs ?? defaultInputs(law, drawn);
  const backend = await reference();
  try {
    const store = await backend.store([], { seed, float: "f64" });
    const drawing: Drawing = { store, count: samples, seed, drawn };
    const rigour = { ...drawing, tolerance, always: true };
    if (isRowLaw(law)) {
      const at = await rowsAt(law, inputs as Tensor, store);
      return metricReport(law.name, await rowLawChecks(at, rigour), "checkLaw");
    }
    const h = mapTree<Tree<Tensor>, Tensor, Node>(inputs, isTensor, (leaf) => constant(leaf));
    const checks: MetricCheck[] = [];
    const parts = law.parts(h);
    for (const [index, part] of parts.entries()) {
      const [natural] = await hostValues(store, [part.natural]);
      const at = await rowsAt(part.law, natural as Tensor, store);
      const prefix = parts.length === 1 ? "" : `part ${index + 1}, `;
      checks.push(...prefixed(`${prefix}${part.law.name}: `, await rowLawChecks(at, rigour)));
    }
    if (law.isDensity === false) {
      const detail =
        "logProb is no density, as with smoothed labels or class weights: only its parts are checked";
      checks.push({ name: "the law as a whole", passed: true, detail });
    } else if (samples > 0) {
      checks.push(...(await wholeLawChecks(law, inputs, drawing)));
    }
    return metricReport(law.name, checks, "checkLaw");
  } finally {
    await backend.close();
  }
}

/** How closely a law is checked. */
export interface LawRigour extends Drawing {
  /** The largest relative error of exact expectations. */
  readonly tolerance: number;
  /** Whether draws are checked even if there are exact expectations. */
  readonly always: boolean;
}

/**
 * Checks a law against its own `logProb` at some rows, by exact expectations if there are any, and by draws.
 *
 * Throws MetricError if there is no way to an expectation.
 */
export async function rowLawChecks(at: LawAt, rigour: LawRigour): Promise<MetricCheck[]> {
  const { count, seed, drawn, tolerance, always } = rigour;
  const { h, n, m } = at;
  const ensemble = await lawEnsemble(at);
  const listed = outcomesCheck(at);
  const checks: MetricCheck[] = listed === null ? [] : [listed];
  const away = numbersOf(drawn("check/elsewhere", [n, m]));
  const elsewhere = h.map((value, i) => value + 0.5 * (away[i] as number));
  if (ensemble !== null) {
    checks.push(...(await exactLawChecks(at, ensemble, tolerance, elsewhere)));
  }
  const draws = at.law.how?.sample !== "none" && count > 0 && (always || ensemble === null);
  if (draws) checks.push(...(await drawnLawChecks(at, ensemble, { count, seed, elsewhere })));
  if (checks.length > 0) return checks;
  throw new MetricError({
    where: `checkLaw of ${at.law.name}`,
    must: "there must be a way to expectations under the law",
    got:
      count > 0
        ? "no outcomes, no known support and no samples"
        : "too many responses to integrate over, and no draws",
    todo: count > 0 ? "give the law a support or sample(h, key)" : "leave out samples: 0",
  });
}

/** Returns a law at the first rows of h. */
async function rowsAt(law: RowLaw, inputs: Tensor, store: Store): Promise<LawAt> {
  const [rows = 0, m = 0] = inputs.shape;
  const n = Math.min(rows, mostRows);
  return { law, store, h: numbersOf(inputs).slice(0, n * m), n, m };
}

/** Draws rows of the first width that the law takes, with few responses if there is a choice. Throws MetricError. */
function defaultInputs(
  law: AnyLaw,
  drawn: (path: string, shape: readonly number[]) => Tensor,
): Tensor {
  const widths = isRowLaw(law) ? [3, 2, 1, 4] : [];
  const responses = new Map<number, number>();
  let got = "no inputs";
  let wrong: ShapeError | null = null;
  for (const width of widths) {
    try {
      responses.set(width, responsesAt(law as RowLaw, width));
    } catch (error) {
      if (error instanceof ShapeError && error.parts.where === `${law.name}, logProb`)
        wrong = error;
      got = `no inputs, and at rows of ${width} numbers ${error}`;
    }
  }
  const fitting = [...responses.keys()];
  const few = fitting.find(
    (width) => (law as RowLaw).outcomes(width) !== null || (responses.get(width) as number) <= 2,
  );
  const width = few ?? fitting[0];
  if (width !== undefined) return drawn("check/inputs", [rowsByDefault, width]);
  // A density of a wrong shape is a fault of the law, and not of the width.
  if (wrong !== null) throw wrong;
  throw new MetricError({
    where: `checkLaw of ${law.name}`,
    must: "the shapes of what the law takes must be known",
    got,
    todo: "pass { inputs }: a tensor of rows such as tensor([[0.1, 0.2, 0.3]]), or a record of such tensors for joint laws",
  });
}

/** Returns the number of numbers per response at a width of h. Throws what the law throws at a width that it does not take. */
function responsesAt(law: RowLaw, width: number): number {
  const h = constant(rowsOf(new Float64Array(2 * width), width));
  const y = law.predict(h);
  law.logProb(y, h);
  law.fisher(h);
  return sizeOf(y.shape.slice(1));
}

function isRowLaw(law: AnyLaw): law is RowLaw {
  return typeof (law as Partial<RowLaw>).fisher === "function";
}

function checkIsLaw(law: unknown): void {
  if (typeof (law as Partial<AnyLaw> | null)?.parts === "function") return;
  throw new MetricError({
    where: "checkLaw",
    must: "it must be a law",
    got: typeof law === "function" ? "a function" : String(law),
    todo: "call it: checkLaw(categorical())",
  });
}

function normals(seed: number, path: string, shape: readonly number[]): Tensor {
  const stream = uniformStream({ seed, path });
  const values = Float64Array.from({ length: sizeOf(shape) }, (_, i) => spread * stream.normal(i));
  return tensor(values, { shape });
}
