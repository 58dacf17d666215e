import { compile } from "@metrigrad/graph";
import type { Store } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import type { Block } from "../blocks/block.ts";
import { symmetricEigenvalues } from "../geometry/eigenvalues.ts";
import { spreadMatrices } from "../geometry/spread.ts";
import type { Definition } from "./definition.ts";
import { definitionOf } from "./definitionOf.ts";
import { diagnosis, largestError } from "./diagnosis.ts";
import { operationsCheck } from "./operations.ts";
import { type MetricCheck, within } from "./report.ts";
import { samplingCheck } from "./sampling.ts";
import { drawn, type Subject } from "./subject.ts";

/** How closely to look. */
export interface Rigour {
  /** Largest relative error of exact expectations. */
  readonly tolerance: number;
  /** Draws per row; 0: no sampling. */
  readonly samples: number;
}

/** Largest relative error beside automatic differentiation in float64. */
const differentiated = 1e-9;

/** Everything that is checked of one block at one point. */
export async function blockChecks(subject: Subject, rigour: Rigour): Promise<MetricCheck[]> {
  const { name, block, exact, store, responses } = subject;
  const dense = await denseOf(block, store);
  const checks = [shapeCheck(`${name}: symmetric and psd`, dense)];
  const definition = await definitionOf(responses);
  checks.push(...(await exactChecks(subject, definition, dense, rigour.tolerance)));
  await definition.close();
  if (exact !== null) {
    checks.push(differentiatedCheck(subject, dense, await denseOf(exact, store)));
  }
  if (rigour.samples > 0) {
    const title = `${name}: E[score score'] by sampling`;
    checks.push(await samplingCheck(title, subject, dense, rigour.samples));
  }
  checks.push(await operationsCheck(`${name}: operations`, subject, dense));
  return checks;
}

async function denseOf(block: Block, store: Store): Promise<Float64Array> {
  const program = await compile({ outputs: block.toMatrices() }, store);
  const matrices = await (await program.run()).read();
  await program.close();
  return Float64Array.from(spreadMatrices(matrices, block.m, block.columns).data());
}

/** Against J'F_rJ by automatic differentiation of the response: no differences, so closer than the others. */
function differentiatedCheck(
  { name, block, point }: Subject,
  claimed: Float64Array,
  found: Float64Array,
): MetricCheck {
  const compared = { claimed, found, names: point.names, m: block.m };
  const title = `${name}: J'F_rJ by automatic differentiation`;
  return within(title, largestError(compared), differentiated, "largest error", () =>
    diagnosis(compared, differentiated),
  );
}

function shapeCheck(name: string, dense: Float64Array): MetricCheck {
  const size = Math.sqrt(dense.length);
  const scale = Math.max(...dense.map(Math.abs), Number.MIN_VALUE);
  let skew = 0;
  for (let k = 0; k < size; k++) {
    for (let l = 0; l < k; l++) {
      skew = Math.max(
        skew,
        Math.abs((dense[k * size + l] as number) - (dense[l * size + k] as number)),
      );
    }
  }
  if (!dense.every(Number.isFinite)) {
    return { name, passed: false, detail: "entries must be finite, some are not" };
  }
  const least = symmetricEigenvalues(dense, size)[0] ?? 0;
  return within(name, Math.max(skew, -least) / scale, 1e-10, "asymmetry or negative eigenvalue");
}

/** Against the definition: the law itself, the matrix, other coordinates, KL divergences. */
async function exactChecks(
  { name, block, seed, point }: Subject,
  definition: Definition,
  dense: Float64Array,
  tolerance: number,
): Promise<MetricCheck[]> {
  const by = `by ${definition.name}`;
  const checks: MetricCheck[] = [];
  if (definition.defect !== null) {
    const what = "probabilities sum to 1 and scores to 0 but for";
    checks.push(within(`${name}: law ${by}`, definition.defect, tolerance, what));
  }
  const found = await definition.fisher(null);
  const compared = { claimed: dense, found, names: point.names, m: block.m };
  checks.push(
    within(
      `${name}: E[score score'] ${by}`,
      largestError(compared),
      tolerance,
      "largest error",
      () => diagnosis(compared, tolerance),
    ),
  );
  checks.push(
    within(
      `${name}: linear reparametrisation Λ = AΘ`,
      await inOtherCoordinates(definition, dense, point.size, seed),
      10 * tolerance,
      "A'gA off E[score score'] in Θ by",
    ),
  );
  if (definition.divergence === null) return checks;
  let [apart, at] = [0, ""];
  for (let draw = 0; draw < 3; draw++) {
    const delta = directionOf(seed, draw, point.size);
    const rate = await definition.divergence(delta);
    const length = quadraticOf(dense, delta);
    const error = Math.abs(rate - length) / Math.max(rate, Number.MIN_VALUE);
    if (error <= apart) continue;
    [apart, at] = [error, `δ'gδ is ${(length / rate).toPrecision(4)} times 2KL/ε²`];
  }
  const title = `${name}: KL divergence ${by}`;
  checks.push(within(title, apart, 10 * tolerance, "2KL/ε² off δ'gδ by", () => at));
  return checks;
}

/** E[score score'] along the columns of a drawn A against A'gA. */
async function inOtherCoordinates(
  definition: Definition,
  dense: Float64Array,
  size: number,
  seed: number,
): Promise<number> {
  // Fewer columns than elements say as much of large blocks.
  const columns = Array.from({ length: Math.min(size, 4) }, (_, k) =>
    directionOf(seed, k + 3, size),
  );
  const found = await definition.fisher(columns);
  const a = new Matrix(columns.map((column) => Array.from(column)));
  const g = Matrix.from1DArray(size, size, Array.from(dense));
  const claimed = Float64Array.from(a.mmul(g).mmul(a.transpose()).to1DArray());
  return largestError({ claimed, found });
}

function directionOf(seed: number, draw: number, size: number): Float64Array {
  return Float64Array.from(drawn(seed, `check/direction${draw}`, [size]).data());
}

function quadraticOf(g: Float64Array, delta: Float64Array): number {
  const size = delta.length;
  return delta.reduce((total, a, k) => {
    return total + delta.reduce((sum, b, l) => sum + a * b * (g[k * size + l] as number), 0);
  }, 0);
}
