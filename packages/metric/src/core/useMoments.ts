import { add, fill, gram, mul, type Node, pad, reshape, type WeightUse } from "@metrigrad/graph";
import { sharedGram } from "../blocks/gram.ts";
import { perRow } from "./context.ts";

/** The uses of a weight [d, m] on the way to one response. */
export interface PartUses {
  readonly uses: readonly WeightUse[];
  /** The number n of independent samples. */
  readonly samples: number;
  /** The weights of the samples, [n], with mean 1; null if all are 1. */
  readonly sampleWeights: Node | null;
  /** What a sample of the part counts: the weight of the part in the loss, divided by n. */
  readonly share: number;
}

/** The factors A [d, d] over the rows of a weight and G [m, m] over its columns. */
export interface Factors {
  readonly a: Node;
  readonly g: Node;
}

/**
 * Returns the factors of all uses of a weight on the way to some responses.
 *
 * Part p has the share c_p, n_p samples and U_p uses with rows x̃ and cotangents δ of their outputs, for the columns
 * of the Fisher information. Then A = Σ_p c_p Σ_s Σ_u x̃x̃'/Σ_p c_p n_p U_p and G = Σ_p c_p Σ_s Σ_u δδ'. For one part
 * that is K-FAC "expand" over its uses (Eschenhagen et al. 2023; for derivatives by the inputs Dangel, Müller and
 * Zeinhofer 2024, arXiv 2405.15603). For a use of W', x̃ and δ change places.
 */
export function useMoments(
  [d, m]: readonly [d: number, m: number],
  parts: readonly PartUses[],
  transposed: boolean,
): Factors {
  let inputs: Node | null = null;
  let outputs: Node | null = null;
  let rows = 0;
  const [p, q] = transposed ? [m, d] : [d, m];
  for (const { uses, samples, sampleWeights, share } of parts) {
    for (const use of uses.filter((one) => one.transposed === transposed)) {
      const [first, last] = transposed ? use.begin.toReversed() : use.begin;
      const count = use.inputs.shape[0] as number;
      const weights = perRow(sampleWeights, samples, count, use.inner);
      const { bias } = use;
      const x = sharedGram(use.inputs, 1, { bias, weights, samples: 1 }).toMatrices();
      inputs = plus(inputs, mul(placed(x, first as number, p), share));
      outputs = plus(outputs, mul(placed(gram(flat(use.cotangents)), last as number, q), share));
      rows += share * count;
    }
  }
  const x = inputs === null || rows === 0 ? fill([p, p], 0) : mul(inputs, 1 / rows);
  const delta = outputs ?? fill([q, q], 0);
  return transposed ? { a: delta, g: x } : { a: x, g: delta };
}

function plus(sum: Node | null, one: Node): Node {
  return sum === null ? one : add(sum, one);
}

/** Puts a matrix into a larger one [size, size], from the place `begin` of the diagonal on. */
function placed(part: Node, begin: number, size: number): Node {
  const own = part.shape.at(-1) as number;
  const matrix = reshape(part, [own, own]);
  const after = size - begin - own;
  return own === size
    ? matrix
    : pad(matrix, [
        [begin, after],
        [begin, after],
      ]);
}

/** Reshapes [r, rows, q] to [r·rows, q]. */
function flat(cotangents: Node): Node {
  return reshape(cotangents, [-1, cotangents.shape.at(-1) as number]);
}
