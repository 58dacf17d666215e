import { constant } from "@metrigrad/graph";
import {
  hostValues,
  type LawAt,
  logProbOf,
  numbersOf,
  rowsOf,
  scoresByDifferences,
} from "./lawAt.ts";
import { type LawEnsemble, lawEnsemble } from "./lawEnsemble.ts";
import { diagnosis, largestError, type MetricCheck, within } from "./report.ts";

/** Matrices [n, m, m], one after the other, that a law claims to be its information. */
export interface ClaimedInformation {
  readonly name: string;
  readonly matrices: Float64Array;
}

/** Returns `fisher`, `fisherRoot` and `fisherDiagonal` of a law as matrices. */
export async function claimedInformation({
  law,
  store,
  h,
  n,
  m,
}: LawAt): Promise<ClaimedInformation[]> {
  const rows = constant(rowsOf(h, m));
  const { fisherDiagonal } = law;
  const nodes = [law.fisher(rows), law.fisherRoot(rows)];
  if (typeof fisherDiagonal === "function") nodes.push(fisherDiagonal(rows));
  const [fisher, root, diagonal] = (await hostValues(store, nodes)).map(numbersOf);
  const columns = (root?.length ?? 0) / (n * m);
  const claimed = [
    { name: "fisher", matrices: fisher as Float64Array },
    { name: "fisherRoot", matrices: squared(root as Float64Array, n, m, columns) },
  ];
  if (fisherDiagonal === null) return claimed;
  const matrices = new Float64Array(n * m * m);
  for (let s = 0; s < n; s++)
    for (let k = 0; k < m; k++)
      matrices[(s * m + k) * m + k] =
        typeof fisherDiagonal === "number"
          ? fisherDiagonal
          : ((diagonal as Float64Array)[s * m + k] as number);
  return [...claimed, { name: "fisherDiagonal", matrices }];
}

function squared(root: Float64Array, n: number, m: number, columns: number): Float64Array {
  const matrices = new Float64Array(n * m * m);
  for (let s = 0; s < n; s++)
    for (let k = 0; k < m; k++)
      for (let l = 0; l < m; l++)
        for (let q = 0; q < columns; q++) {
          const [a, b] = [root[(s * m + k) * columns + q], root[(s * m + l) * columns + q]];
          const at = (s * m + k) * m + l;
          matrices[at] = (matrices[at] as number) + (a as number) * (b as number);
        }
  return matrices;
}

/** Whether a law's information is an estimate from draws at this width, such as that of a mixture. */
export function isEstimated({ law, h, m }: LawAt): boolean {
  return law.how?.estimates?.(constant(rowsOf(h, m))) ?? false;
}

/** Checks that the traces of an estimate and of the right information [n, m, m] are within a factor of three. */
export function estimateCheck(
  { name, matrices }: ClaimedInformation,
  found: Float64Array,
  m: number,
  by: string,
): MetricCheck {
  const traceAt = (of: Float64Array, row: number) => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += of[(row * m + k) * m + k] as number;
    return sum;
  };
  const off = Array.from({ length: found.length / m ** 2 }, (_, row) =>
    Math.abs(Math.log2(traceAt(matrices, row) / traceAt(found, row))),
  );
  const title = `the estimate ${name} is as large as E[score score'] ${by}`;
  return within(title, 2 ** Math.max(...off), 3, "off by a factor of");
}

/** Compares density, information, divergence and mode with expectations over all responses. */
export async function exactLawChecks(
  at: LawAt,
  ensemble: LawEnsemble,
  tolerance: number,
  elsewhere: Float64Array,
): Promise<MetricCheck[]> {
  const { n, m } = at;
  const { p, name } = ensemble;
  const by = `by ${name}`;
  const density = await logProbOf(at, ensemble);
  const scores = await scoresByDifferences(density, at);
  await density.close();
  const expected = (f: (i: number) => number): Float64Array => {
    const sums = new Float64Array(n);
    p.forEach((share, i) => {
      if (share > 0) sums[i % n] = (sums[i % n] as number) + share * f(i);
    });
    return sums;
  };
  const worst = (values: Iterable<number>) =>
    Array.from(values).reduce((top, value) => (Math.abs(value) <= top ? top : Math.abs(value)), 0);
  const mass = expected(() => 1);
  const off = mass.reduce((top, one) => (Math.abs(one - 1) <= Math.abs(top - 1) ? top : one), 1);
  const checks: MetricCheck[] = [
    within(
      `probabilities add up to 1 ${by}`,
      Math.abs(off - 1),
      tolerance,
      "but for",
      () =>
        `the mass of a row is ${off.toPrecision(6)}: logProb lacks a constant, or is no density`,
    ),
  ];
  const found = new Float64Array(n * m * m);
  scores.forEach((a, k) => {
    scores.forEach((b, l) => {
      expected((i) => (a[i] as number) * (b[i] as number)).forEach((value, s) => {
        found[(s * m + k) * m + l] = value;
      });
    });
  });
  const size = Math.sqrt(Math.max(worst(found), Number.MIN_VALUE));
  const means = scores.map((score) => worst(expected((i) => score[i] as number)));
  checks.push(within(`E[score] = 0 ${by}`, worst(means) / size, tolerance, "but for"));
  const estimated = isEstimated(at);
  for (const claimed of await claimedInformation(at)) {
    checks.push(
      estimated
        ? estimateCheck(claimed, found, m, by)
        : informationCheck(claimed, found, { m, tolerance, by }),
    );
  }
  if (at.law.kl !== null) checks.push(await divergenceCheck(at, elsewhere, tolerance));
  // A typical response that stands in for the mode need not be the mode.
  if (at.law.how?.predict !== "centre") checks.push(await modeCheck(at, ensemble));
  return checks;
}

function informationCheck(
  { name, matrices }: ClaimedInformation,
  found: Float64Array,
  { m, tolerance, by }: { readonly m: number; readonly tolerance: number; readonly by: string },
): MetricCheck {
  const names = Array.from({ length: m }, (_, k) => `h[${k}]`);
  let [worst, text] = [0, ""];
  for (let at = 0; at < found.length; at += m * m) {
    const [claimed, right] = [matrices.slice(at, at + m * m), found.slice(at, at + m * m)];
    const error = largestError({ claimed, found: right });
    if (error <= worst) continue;
    worst = error;
    text = diagnosis({ claimed, found: right, names, m }, tolerance);
  }
  const title = `${name} = E[score score'] ${by}`;
  return within(title, worst, tolerance, "largest error", () => text);
}

/** Compares KL(p_h ‖ p_h') with E[ln p − ln p']. */
async function divergenceCheck(
  at: LawAt,
  other: Float64Array,
  tolerance: number,
): Promise<MetricCheck> {
  const { law, store, h, n, m } = at;
  // Panels end where one of the densities may have a kink.
  const ensemble = (await lawEnsemble(at, other)) as LawEnsemble;
  const density = await logProbOf(at, ensemble);
  const [here, there] = [await density.at(h), await density.at(other)];
  await density.close();
  const found = new Float64Array(n);
  ensemble.p.forEach((share, i) => {
    if (share > 0)
      found[i % n] =
        (found[i % n] as number) + share * ((here[i] as number) - (there[i] as number));
  });
  const kl = law.kl as NonNullable<typeof law.kl>;
  const node = kl(constant(rowsOf(h, m)), constant(rowsOf(other, m)));
  const claimed = numbersOf((await hostValues(store, [node]))[0]);
  const scale = Math.max(...found.map(Math.abs), Number.MIN_VALUE);
  const error = found.reduce((worst, value, s) => {
    const off = Math.abs(value - (claimed[s] as number)) / scale;
    return off <= worst ? worst : off;
  }, 0);
  const title = `kl = E[ln p − ln p'] by ${ensemble.name}`;
  return within(title, error, 10 * tolerance, "largest error", () => {
    return `kl is [${claimed.join(", ")}], must be [${found.join(", ")}]`;
  });
}

/** Compares ln p of the predicted response with the largest of all. */
async function modeCheck(at: LawAt, { name, y, count }: LawEnsemble): Promise<MetricCheck> {
  const { law, store, h, n, m } = at;
  const density = await logProbOf(at, { y, count });
  const top = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
  (await density.at(h)).forEach((log, i) => {
    if (log > (top[i % n] as number)) top[i % n] = log;
  });
  await density.close();
  const [predicted] = await hostValues(store, [law.predict(constant(rowsOf(h, m)))]);
  const own = await logProbOf(at, { y: predicted as typeof y, count: 1 });
  const logs = await own.at(h);
  await own.close();
  const short = logs.reduce((most, log, s) => Math.max(most, (top[s] as number) - log), 0);
  // Tiny steps of the quadrature may give a larger value than a predicted value that is rounded.
  return within(`predict is the most probable response, ${name}`, short, 1e-4, "ln p below it by");
}

/** Checks that outcomes differ and can be observed. Returns null if none are listed. */
export function outcomesCheck({ law, m }: LawAt): MetricCheck | null {
  const outcomes = law.outcomes(m);
  if (outcomes === null) return null;
  const count = outcomes.shape[0] as number;
  const width = outcomes.size / count;
  const data = Array.from(outcomes.data());
  const keys = new Set<string>();
  for (let q = 0; q < count; q++) keys.add(data.slice(q * width, (q + 1) * width).join());
  const strange = data.find((value) => law.support?.has(value, m) === false);
  const wrong = [
    ...(keys.size < count ? [`${count - keys.size} are listed twice`] : []),
    ...(strange === undefined ? [] : [`${strange} is not in the support`]),
  ];
  const detail = wrong.length === 0 ? `${count} outcomes` : wrong.join("; ");
  return { name: "outcomes differ", passed: wrong.length === 0, detail };
}
