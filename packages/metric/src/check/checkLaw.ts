import { constant, type Node } from "@metrigrad/graph";
import type { AnyLaw, RowLaw } from "@metrigrad/nn";
import {
  isTensor,
  MetricError,
  mapTree,
  reference,
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

/** Options of `checkLaw`. */
export interface CheckLawOptions {
  /** Where to check: h in the law's structure, samples first. By default normal draws, for a law of rows. */
  readonly inputs?: Tree<Tensor>;
  /** Of draws; 1 by default. */
  readonly seed?: number;
  /** Draws per row; 2,000 by default, 0 for none. */
  readonly samples?: number;
  /** Largest relative error by enumeration or quadrature; 1e-6 by default. */
  readonly tolerance?: number;
}

/** Rows of drawn inputs, and the most rows of a part that are looked at. */
const rowsByDefault = 3;
const mostRows = 4;
/** Spread of drawn inputs. */
const spread = 0.7;

/**
 * Checks a law against its own `logProb`, in float64:
 * - probabilities add up to 1, and scores to 0;
 * - `fisher`, `fisherRoot` and `fisherDiagonal` are E[score score'], scores by differences of ln p;
 * - `kl` is E[ln p − ln p'], and `predict` the most probable response;
 * - `outcomes` differ; draws are in the support, and come up as often as `logProb` says.
 *
 * Expectations are over all outcomes, over counts, or by quadrature of one or two numbers; else, and for `sample`,
 * over draws, measured in standard errors. Laws of several responses are checked part by part, and as a whole where their
 * `logProb` is that of a density. Information that is an estimate from draws, as that of a mixture, is checked to a factor of three, by its trace.
 *
 * @param law - The law.
 * @param options - Where and how closely to look.
 * @returns What is off, by how much, and where.
 * @throws MetricError for what is no law, and where inputs must be given; what the law throws.
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
    if (samples > 0 && law.isDensity !== false)
      checks.push(...(await wholeLawChecks(law, inputs, drawing)));
    return metricReport(law.name, checks, "checkLaw");
  } finally {
    await backend.close();
  }
}

/** How closely to look at a law. */
export interface LawRigour extends Drawing {
  /** Largest relative error of exact expectations. */
  readonly tolerance: number;
  /** Whether draws are looked at where there are exact expectations too. */
  readonly always: boolean;
}

/**
 * A law against its own `logProb` at some rows: by exact expectations where there are any, and by draws.
 * @throws MetricError where there is no way to expectations
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

/** A law at the first rows of h. */
async function rowsAt(law: RowLaw, inputs: Tensor, store: Store): Promise<LawAt> {
  const [rows = 0, m = 0] = inputs.shape;
  const n = Math.min(rows, mostRows);
  return { law, store, h: numbersOf(inputs).slice(0, n * m), n, m };
}

/** Rows of the first width that the law takes, with few responses where there is a choice. Throws MetricError. */
function defaultInputs(
  law: AnyLaw,
  drawn: (path: string, shape: readonly number[]) => Tensor,
): Tensor {
  const widths = isRowLaw(law) ? [3, 2, 1, 4] : [];
  const fitting = widths.filter((width) => responsesAt(law as RowLaw, width) !== null);
  const few = fitting.find((width) => {
    const responses = responsesAt(law as RowLaw, width) as number;
    return (law as RowLaw).outcomes(width) !== null || responses <= 2;
  });
  const width = few ?? fitting[0];
  if (width !== undefined) return drawn("check/inputs", [rowsByDefault, width]);
  throw new MetricError({
    where: `checkLaw of ${law.name}`,
    must: "the shapes of what the law takes must be known",
    got: "no inputs",
    todo: "pass { inputs } in the structure of h, such as { digit: tensor([[…]]), angle: tensor([[…]]) }",
  });
}

/** Numbers per response at a width of h; null where the law does not take it. */
function responsesAt(law: RowLaw, width: number): number | null {
  const h = constant(rowsOf(new Float64Array(2 * width), width));
  try {
    const y = law.predict(h);
    law.logProb(y, h);
    law.fisher(h);
    return sizeOf(y.shape.slice(1));
  } catch {
    return null;
  }
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
