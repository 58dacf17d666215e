import { compile, input, type Node } from "@metrigrad/graph";
import { type Tensor, tensor } from "@metrigrad/tensor";
import { countsOf } from "./counts.ts";
import { densityOf, type Response, type Responses } from "./density.ts";
import { gaussHermite } from "./quadrature.ts";

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

/**
 * All outcomes; else a quadrature where the law is Gaussian of few responses, or the counts up to a
 * tail where it is one of few counts; else null.
 */
export async function ensembleOf(response: Response): Promise<Ensemble | null> {
  const [n = 0, width = 0] = response.natural.shape;
  const outcomes = response.law.outcomes(width);
  if (outcomes !== null) return enumeration(outcomes, n);
  const centre = response.law.predict(response.natural);
  const m = centre.shape[1] ?? 0;
  if (centre.shape.length !== 2 || m > mostAxes) return null;
  const gaussian = await gaussianEnsemble(response, centre);
  if (gaussian !== null) return gaussian;
  const counts = await countsOf(response, m);
  if (counts === null) return null;
  const weight = new Float64Array(counts.count * n).fill(1);
  return { name: "enumeration of counts", ...counts, weight };
}

/** A quadrature that is exact, or null. */
async function gaussianEnsemble(response: Response, centre: Node): Promise<Ensemble | null> {
  const n = centre.shape[0] as number;
  const made = await quadrature(response, centre);
  if (made === null) return null;
  const density = await densityOf(response, made);
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

/** Nodes around the most probable y with the deviations that ln p itself shows, null where it is not concave in y. */
async function quadrature(response: Response, around: Node): Promise<Ensemble | null> {
  const [n = 0, m = 0] = around.shape;
  const centre = await valueOf(response, around);
  const deviations = await deviationsOf(response, centre, m);
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

async function valueOf({ store }: Response, node: Node): Promise<Float64Array> {
  const program = await compile({ outputs: node }, store);
  const value = await (await program.run()).read();
  await program.close();
  return Float64Array.from(value.data());
}

/** σ of every response, from −1/σ² = ∂² ln p/∂y² at the given y [n, m]. */
async function deviationsOf(
  { law, natural, store }: Response,
  h: Float64Array,
  m: number,
): Promise<Float64Array | null> {
  const n = natural.shape[0] as number;
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
