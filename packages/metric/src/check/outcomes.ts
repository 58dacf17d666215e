import { compile, input } from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { densityOf, type Responses } from "./density.ts";
import { gaussHermite } from "./quadrature.ts";
import type { Subject } from "./subject.ts";

/** Responses with weights such that Σ_q weight·p(y_q)·f(y_q) is E[f] of every row. */
export interface Ensemble extends Responses {
  /** How it was made: "enumeration" or "Gauss–Hermite quadrature". */
  readonly name: string;
  /** [count·n], to be multiplied by p(y | θ). */
  readonly weight: Float64Array;
}

/** Most values per axis of a quadrature times axes that are worth it. */
const nodesPerAxis = 7;
const mostAxes = 3;

/** All outcomes, else a quadrature where the law is Gaussian of few units, else null. */
export async function ensembleOf(subject: Subject): Promise<Ensemble | null> {
  const [n = 0, m = 0] = subject.natural.shape;
  const outcomes = subject.law.outcomes(m);
  if (outcomes !== null) return enumeration(outcomes, n);
  if (m > mostAxes) return null;
  const made = await quadrature(subject);
  if (made === null) return null;
  const density = await densityOf(subject, made);
  const logs = await density.logProb(null);
  await density.close();
  for (let s = 0; s < n; s++) {
    let mass = 0;
    for (let at = s; at < logs.length; at += n) {
      mass += (made.weight[at] as number) * Math.exp(logs[at] as number);
    }
    // The rule is exact for Gaussian densities only.
    if (!(Math.abs(mass - 1) < 1e-9)) return null;
  }
  return made;
}

function enumeration(outcomes: Tensor, n: number): Ensemble {
  const count = outcomes.shape[0] as number;
  const rest = outcomes.shape.slice(1);
  const width = outcomes.size / count;
  const from = outcomes.data();
  const data =
    from.constructor === Int32Array
      ? new Int32Array(count * n * width)
      : new Float64Array(count * n * width);
  for (let i = 0; i < data.length; i++) {
    const q = Math.floor(i / (n * width));
    data[i] = from[q * width + (i % width)] as number;
  }
  const y = tensor(data, { shape: [count * n, ...rest] });
  return { name: "enumeration", y, count, weight: new Float64Array(count * n).fill(1) };
}

/** Nodes around h with the deviations that ln p itself shows, null where it is not concave in y. */
async function quadrature(subject: Subject): Promise<Ensemble | null> {
  const [n = 0, m = 0] = subject.natural.shape;
  const centre = await valueOf(subject);
  const deviations = await deviationsOf(subject, centre);
  if (deviations === null) return null;
  const { nodes, weights } = gaussHermite(nodesPerAxis);
  const count = nodesPerAxis ** m;
  const y = new Float64Array(count * n * m);
  const weight = new Float64Array(count * n);
  for (let q = 0; q < count; q++) {
    for (let s = 0; s < n; s++) {
      let product = 1;
      for (let j = 0; j < m; j++) {
        const k = Math.floor(q / nodesPerAxis ** j) % nodesPerAxis;
        const [z, w] = [nodes[k] as number, weights[k] as number];
        const scale = Math.SQRT2 * (deviations[s * m + j] as number);
        y[(q * n + s) * m + j] = (centre[s * m + j] as number) + scale * z;
        product *= scale * w * Math.exp(z * z);
      }
      weight[q * n + s] = product;
    }
  }
  const name = "Gauss–Hermite quadrature";
  return { name, y: tensor(y, { shape: [count * n, m] }), count, weight };
}

async function valueOf({ natural, store }: Subject): Promise<Float64Array> {
  const program = await compile({ outputs: natural }, store);
  const value = await (await program.run()).read();
  await program.close();
  return Float64Array.from(value.data());
}

/** σ of every response, from −1/σ² = ∂² ln p/∂y² at y = h. */
async function deviationsOf(subject: Subject, h: Float64Array): Promise<Float64Array | null> {
  const { law, natural, store } = subject;
  const [n = 0, m = 0] = natural.shape;
  const program = await compile({ outputs: law.logProb(input("y", [n, m]), natural) }, store);
  const at = async (unit: number, step: number) => {
    const y = h.map((value, i) => value + (i % m === unit ? step : 0));
    return (await (await program.run({ y: tensor(y, { shape: [n, m] }) })).read()).data();
  };
  const found = new Float64Array(n * m);
  for (let j = 0; j < m; j++) {
    const [low, middle, high] = [await at(j, -1), await at(j, 0), await at(j, 1)];
    for (let s = 0; s < n; s++) {
      const curve = (low[s] as number) - 2 * (middle[s] as number) + (high[s] as number);
      found[s * m + j] = 1 / Math.sqrt(-curve);
    }
  }
  await program.close();
  return found.every((sigma) => Number.isFinite(sigma) && sigma > 0) ? found : null;
}
