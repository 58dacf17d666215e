import { type Activation, dense, type RowLaw as Law, type AnyModule } from "@metrigrad/nn";
import { MetricError, reference, type Tensor, type Tree } from "@metrigrad/tensor";
import { describedName, type Metric } from "../core/defMetric.ts";
import { inputWidth } from "../core/inputWidth.ts";
import type { UnitRow } from "../rfim/unitRow.ts";
import { neuronRows } from "../tables/neuron.ts";
import { blockChecks } from "./blockChecks.ts";
import { examplesOf } from "./examples.ts";
import { inputChecks } from "./inputChecks.ts";
import { type MetricCheck, type MetricReport, metricReport } from "./report.ts";
import { drawn, subjectsOf } from "./subject.ts";

/** What `checkMetric` may be told. */
export interface CheckMetricOptions {
  /** A small module of the kind; by default the metric's example, or one made with small sizes. */
  readonly module?: AnyModule;
  /** Rows [n, …]; six draws by default. */
  readonly inputs?: Tree<Tensor>;
  /** Values by variable name; draws by default. */
  readonly parameters?: Readonly<Record<string, Tensor>>;
  /** The law of the response; the metric's own by default. */
  readonly law?: Law;
  /** Of draws; 1 by default. */
  readonly seed?: number;
  /** Draws per row for sampling; 2,000 by default, 0 for none. */
  readonly samples?: number;
  /** Largest relative error by enumeration or quadrature; 1e-6 by default. */
  readonly tolerance?: number;
}

const rowsByDefault = 6;

/**
 * Checks a metric against its definition g = E[∂l ∂l'] in float64, block by block:
 * - symmetric and positive semi-definite;
 * - equal to J'F_rJ by automatic differentiation of the response, with the law's own F_r;
 * - equal to the expectation over all outcomes, by Gauss–Hermite quadrature where the response is
 *   Gaussian, or over counts, with scores by finite differences of ln p; with too many outcomes for
 *   that, equal to J'FJ with the law's own F;
 * - in other coordinates Λ = AΘ of the parameters equal to A'gA;
 * - KL(p_θ ‖ p_θ+εδ) ≈ ½ε²δ'gδ;
 * - equal to the mean over samples, judged in standard errors;
 * - products and all solvers equal to those of the dense matrix;
 * - where the parameters act through X̃W, covariant under affine maps of the input, x̃ → Bx̃ with
 *   W → B⁻ᵀW.
 *
 * The report says what is off, by how much, and where. Throws MetricError for what is no metric, and where
 * there is no module to check it on.
 */
export async function checkMetric(
  metric: Metric | UnitRow,
  options: CheckMetricOptions = {},
): Promise<MetricReport> {
  checkIsMetric(metric);
  if ("nu" in metric) return checkUnitRow(metric, options);
  const { module, law = null, parameters = {}, seed = 1 } = options;
  const { samples = 2000, tolerance = 1e-6 } = options;
  const modules = module === undefined ? examplesOf(metric) : [{ module }];
  const checks: MetricCheck[] = [];
  const backend = await reference();
  try {
    for (const [index, one] of modules.entries()) {
      const module = one.module as AnyModule;
      const inputs = options.inputs ?? one.inputs ?? drawnInputs(module, metric, seed);
      const place = { module, inputs, parameters, law, seed };
      for (const subject of await subjectsOf(metric, place, backend)) {
        const found = await blockChecks(subject, { samples, tolerance });
        found.push(...(await inputChecks(subject, metric, place, backend)));
        const prefix = modules.length === 1 ? "" : `example ${index + 1}, `;
        checks.push(...found.map((check) => ({ ...check, name: `${prefix}${check.name}` })));
      }
    }
  } finally {
    await backend.close();
  }
  if (checks.length > 0) return metricReport(describedName(metric.of), checks);
  throw new MetricError({
    where: `checkMetric of ${describedName(metric.of)}`,
    must: "the module must have a block of this metric",
    got: "none",
    todo: "pass a module of the kind that the metric describes; the plain gradient has no metric",
  });
}

function checkIsMetric(metric: unknown): void {
  const { block, nu } = (metric ?? {}) as Partial<Metric & UnitRow>;
  if (typeof block === "function" || typeof nu === "function") return;
  throw new MetricError({
    where: "checkMetric",
    must: "it must be a metric or a row of neurons",
    got: String(metric),
    todo: "pass what defMetric, autoMetric or a row such as tanhRow() gives",
  });
}

/** A row of neurons is checked as the metric of a layer of them. */
function checkUnitRow(row: UnitRow, options: CheckMetricOptions): Promise<MetricReport> {
  const activation: Activation = row.activation;
  const module = options.module ?? dense(2, 2, { activation });
  return checkMetric(neuronRows([row]), { ...options, module });
}

function drawnInputs(module: AnyModule, metric: Metric, seed: number): Tensor {
  const width = inputWidth(module);
  if (width !== null) return drawn(seed, "check/inputs", [rowsByDefault, width], 1);
  throw new MetricError({
    where: `checkMetric of ${describedName(metric.of)}`,
    must: "the shape of the module's inputs must be known",
    got: "a module that takes no rows of a width that its parameters suggest",
    todo: "pass { inputs: tensor([[…], …]) }",
  });
}
