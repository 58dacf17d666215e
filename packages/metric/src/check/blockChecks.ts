import { compile } from "@metrigrad/graph";
import { symmetricEigenvalues } from "../geometry/eigenvalues.ts";
import { spreadMatrices } from "../geometry/spread.ts";
import { densityOf } from "./density.ts";
import { divergenceRate } from "./divergence.ts";
import { momentsOf } from "./moments.ts";
import { operationsCheck } from "./operations.ts";
import { ensembleOf } from "./outcomes.ts";
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

/** Everything that is checked of one block. */
export async function blockChecks(subject: Subject, rigour: Rigour): Promise<MetricCheck[]> {
  const { name, block, store } = subject;
  const program = await compile({ outputs: block.toMatrices() }, store);
  const matrices = await (await program.run()).read();
  await program.close();
  const dense = Float64Array.from(spreadMatrices(matrices, block.m, block.columns).data());
  const checks = [shapeCheck(`${name}: symmetric and psd`, dense)];
  checks.push(...(await exactChecks(subject, dense, rigour.tolerance)));
  if (rigour.samples > 0) {
    const title = `${name}: E[score score'] by sampling`;
    checks.push(await samplingCheck(title, subject, dense, rigour.samples));
  }
  checks.push(await operationsCheck(`${name}: operations`, subject, dense));
  return checks;
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

/** By enumeration or quadrature, with KL divergences; none where the law allows neither. */
async function exactChecks(
  subject: Subject,
  dense: Float64Array,
  tolerance: number,
): Promise<MetricCheck[]> {
  const { name, block, seed } = subject;
  const ensemble = await ensembleOf(subject);
  if (ensemble === null) return [];
  const density = await densityOf(subject, ensemble);
  const { mass, meanScore, fisher } = await momentsOf(density, ensemble);
  const scale = Math.max(...fisher.map(Math.abs), Number.MIN_VALUE);
  const law = Math.max(Math.abs(mass - 1), meanScore / Math.sqrt(scale));
  const off = Math.max(...fisher.map((value, i) => Math.abs(value - (dense[i] as number)) / scale));
  let apart = 0;
  for (let draw = 0; draw < 3; draw++) {
    const delta = Float64Array.from(
      drawn(seed, `check/direction${draw}`, [block.d, block.m]).data(),
    );
    const rate = await divergenceRate(density, ensemble, delta);
    const quadratic = quadraticOf(dense, delta);
    apart = Math.max(apart, Math.abs(rate - quadratic) / Math.max(rate, Number.MIN_VALUE));
  }
  await density.close();
  const by = `by ${ensemble.name}`;
  return [
    within(`${name}: law ${by}`, law, tolerance, "probabilities sum to 1 and scores to 0 but for"),
    within(`${name}: E[score score'] ${by}`, off, tolerance, "largest error"),
    within(`${name}: KL divergence ${by}`, apart, 10 * tolerance, "2KL/ε² off δ'gδ by"),
  ];
}

function quadraticOf(g: Float64Array, delta: Float64Array): number {
  const size = delta.length;
  return delta.reduce((total, a, k) => {
    return total + delta.reduce((sum, b, l) => sum + a * b * (g[k * size + l] as number), 0);
  }, 0);
}
