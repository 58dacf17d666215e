import { compile, concat, expandDims, eye, input, mul, reshape, vjp, vmap } from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { fisherColumns } from "../core/propagate.ts";
import { spreadMatrices } from "../geometry/spread.ts";
import { symmetricEigenvalues } from "../host/symmetricEigenvalues.ts";
import { operationsCheck } from "./operations.ts";
import { diagnosis, largestError, type MetricCheck, within } from "./report.ts";
import { curvatureOf, slopeOf } from "./slopes.ts";
import { drawn, feedsOf, hostProgram, numbers, type Subject } from "./subject.ts";

/** The Jacobian ∂h/∂θ of all responses of a block, by finite differences. */
export interface Jacobian {
  /** The derivatives of all h by each element of θ, one response after the other. */
  readonly columns: readonly Float64Array[];
  /** The smallest step that was taken. */
  readonly step: number;
  /** The number of derivatives that do not exist, because the parameters are on a kink. */
  readonly kinks: number;
  /** The number of elements of θ on which no response depends at these parameters, such as those of dead units. */
  readonly idle: number;
}

/** The largest relative error of automatic differentiation in float64. */
const differentiated = 1e-9;
/** The number of directions along which divergences are checked. */
const directions = 3;

/** Computes J of a block's responses, and reports the steps. */
export async function jacobianOf(subject: Subject): Promise<Jacobian> {
  const { store, responses, elements } = subject;
  const program = await hostProgram(
    store,
    responses.map(({ moved }) => moved),
  );
  const at = async (delta: Float64Array) => {
    const values = await program.run(feedsOf(subject, delta));
    return Float64Array.from(values.flatMap((value) => [...value]));
  };
  const columns: Float64Array[] = [];
  let [step, kinks] = [Number.POSITIVE_INFINITY, 0];
  for (let k = 0; k < elements.length; k++) {
    const slope = await slopeOf((t) =>
      at(Float64Array.from(elements, (_, j) => (j === k ? t : 0))),
    );
    columns.push(slope.values);
    step = Math.min(step, slope.step);
    kinks += slope.kinks;
  }
  await program.close();
  const idle = columns.filter((column) => column.every((value) => value === 0)).length;
  return { columns, step, kinks, idle };
}

/**
 * Runs all checks of one block.
 *
 * @param subject - The block.
 * @param jacobian - The Jacobian of its responses.
 * @param trusted - Whether its laws passed their checks. Only then their Fisher information is used.
 * @param tolerance - The largest relative error of finite differences.
 * @returns The checks.
 */
export async function blockChecks(
  subject: Subject,
  jacobian: Jacobian,
  trusted: boolean,
  tolerance: number,
): Promise<MetricCheck[]> {
  const dense = await denseOf(subject.block, subject);
  const checks = [shapeCheck(dense)];
  if (trusted) {
    const compared = { claimed: dense, names: subject.elements, m: subject.block.m };
    const compare = (title: string, found: Float64Array, limit: number, what: string) =>
      within(title, largestError({ claimed: dense, found }), limit, what, () =>
        diagnosis({ ...compared, found }, limit),
      );
    const { idle, columns } = jacobian;
    const dead = idle > 0 ? `, ${idle} of ${columns.length} parameters without effect here,` : "";
    const small = jacobian.step < 1e-5 ? `, steps down to ${jacobian.step} beside kinks` : "";
    const found = await expected(subject, jacobian);
    checks.push(
      compare(
        "E[score score'] = J'F_rJ by finite differences",
        found,
        tolerance,
        `largest error${small}${dead}`,
      ),
      compare(
        "J'F_rJ by automatic differentiation",
        await exact(subject),
        differentiated,
        "largest error",
      ),
    );
    const apart = await divergenceCheck(subject, dense, 10 * tolerance);
    if (apart !== null) checks.push(apart);
  }
  checks.push(await operationsCheck(subject, dense));
  return checks;
}

async function denseOf(block: Block, subject: Subject): Promise<Float64Array> {
  const own = block.copies === null ? block.toMatrices() : block.toDense();
  const program = await compile({ outputs: own }, subject.store);
  const matrices = await (await program.run()).read();
  await program.close();
  if (block.copies !== null) return Float64Array.from(matrices.data());
  return Float64Array.from(spreadMatrices(matrices, block.m, block.columns).data());
}

function shapeCheck(dense: Float64Array): MetricCheck {
  const name = "symmetric and psd";
  const size = Math.sqrt(dense.length);
  const scale = Math.max(...dense.map(Math.abs), Number.MIN_VALUE);
  let skew = 0;
  for (let k = 0; k < size; k++)
    for (let l = 0; l < k; l++) {
      const [a, b] = [dense[k * size + l] as number, dense[l * size + k] as number];
      skew = Math.max(skew, Math.abs(a - b));
    }
  if (!dense.every(Number.isFinite)) {
    return { name, passed: false, detail: "entries must be finite, some are not" };
  }
  const least = symmetricEigenvalues(dense, size)[0] ?? 0;
  return within(name, Math.max(skew, -least) / scale, 1e-10, "asymmetry or negative eigenvalue");
}

/** Computes (1/n) Σ w J'FJ over the rows of all responses. */
async function expected(
  { responses, store, samples, elements }: Subject,
  { columns }: Jacobian,
): Promise<Float64Array> {
  const size = elements.length;
  const found = new Float64Array(size * size);
  let begin = 0;
  for (const { law, natural, weights } of responses) {
    const [rows = 0, m = 0] = natural.shape;
    const [f, w] = await numbers(store, [
      law.fisher(natural),
      ...(weights === null ? [] : [weights]),
    ]);
    for (let s = 0; s < rows; s++) {
      const share = (w?.[s] ?? 1) / samples;
      const at = begin + s * m;
      // F J_l of this row, for every l.
      const products = columns.map((column) => {
        return Float64Array.from({ length: m }, (_, i) => {
          let total = 0;
          for (let j = 0; j < m; j++) {
            total += (f?.[(s * m + i) * m + j] as number) * (column[at + j] as number);
          }
          return total;
        });
      });
      for (let k = 0; k < size; k++)
        for (let l = 0; l < size; l++)
          for (let i = 0; i < m; i++) {
            const value = (columns[k]?.[at + i] as number) * (products[l]?.[i] as number);
            found[k * size + l] = (found[k * size + l] as number) + share * value;
          }
    }
    begin += rows * m;
  }
  return found;
}

/** Computes the same matrix by automatic differentiation: R'J of every row by a pullback. */
async function exact(subject: Subject): Promise<Float64Array> {
  const { responses, store, moves, samples, elements } = subject;
  const rows = responses.map((response) => {
    const columns = fisherColumns(response);
    const [r = 0, n = 0, m = 0] = columns.shape;
    // Column k of row s, with zeros for the other rows: [r, n, n, m].
    const apart = mul(expandDims(columns, 1), reshape(eye(n), [1, n, n, 1]));
    return vmap((cotangent) => {
      const parts = vjp([response.moved], moves, [cotangent]).map((part) => reshape(part, [-1]));
      return parts.length === 1 ? (parts[0] as (typeof parts)[0]) : concat(parts, 0);
    })(reshape(apart, [r * n, n, m]));
  });
  const values = await numbers(store, rows, feedsOf(subject, null));
  const size = elements.length;
  const found = new Float64Array(size * size);
  for (const all of values)
    for (let at = 0; at < all.length; at += size)
      for (let k = 0; k < size; k++)
        for (let l = 0; l < size; l++) {
          const value = (all[at + k] as number) * (all[at + l] as number);
          found[k * size + l] = (found[k * size + l] as number) + value / samples;
        }
  return found;
}

/**
 * Compares 2KL(p_θ ‖ p_θ+εδ)/ε² with δ'gδ along drawn δ. Returns null if a law has no closed form of its divergence.
 */
async function divergenceCheck(
  subject: Subject,
  dense: Float64Array,
  tolerance: number,
): Promise<MetricCheck | null> {
  const { responses, store, seed, samples, elements } = subject;
  const title = "KL(p_θ ‖ p_θ+εδ) = ½ε²δ'gδ";
  if (responses.some(({ law }) => law.kl === null)) return null;
  const here = await numbers(
    store,
    responses.map(({ natural }) => natural),
  );
  const terms = responses.map(({ law, natural, moved, weights }, k) => {
    const kl = law.kl as NonNullable<typeof law.kl>;
    const each = kl(input(`check/here${k}`, natural.shape), moved);
    return weights === null ? each : mul(each, weights);
  });
  const fixed: Record<string, Tensor> = {};
  for (const [k, { natural }] of responses.entries())
    fixed[`check/here${k}`] = tensor(here[k] as Float64Array, { shape: natural.shape });
  const program = await hostProgram(store, terms);
  const divergence = async (delta: Float64Array) => {
    const all = await program.run({ ...fixed, ...feedsOf(subject, delta) });
    return all.flatMap((values) => [...values]).reduce((sum, value) => sum + value, 0) / samples;
  };
  let [worst, text, least, crossed] = [0, "", Number.POSITIVE_INFINITY, 0];
  for (let draw = 0; draw < directions; draw++) {
    const delta = Float64Array.from(
      drawn(seed, `check/direction${draw}`, [elements.length], 0.7).data(),
    );
    const limit = await curvatureOf((t) => divergence(delta.map((value) => t * value)));
    if (limit === null) crossed++;
    if (limit === null) continue;
    const length = quadraticOf(dense, delta);
    const error = Math.abs(limit.rate - length) / Math.max(limit.rate, Number.MIN_VALUE);
    least = Math.min(least, limit.step);
    if (error <= worst) continue;
    worst = error;
    text = `δ'gδ is ${(length / limit.rate).toPrecision(4)} times 2KL/ε²`;
  }
  await program.close();
  if (crossed === directions) {
    return { name: title, passed: true, detail: "not compared: there are kinks within all steps" };
  }
  const small = least < 2.5e-3 ? ` (steps down to ${least}, beside kinks)` : "";
  return within(title, worst, tolerance, `2KL/ε²${small} off δ'gδ by`, () => text);
}

function quadraticOf(g: Float64Array, delta: Float64Array): number {
  const size = delta.length;
  return delta.reduce((total, a, k) => {
    return total + delta.reduce((sum, b, l) => sum + a * b * (g[k * size + l] as number), 0);
  }, 0);
}
