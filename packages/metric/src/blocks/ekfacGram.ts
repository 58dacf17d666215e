import { eigh, matmul, moveAxis, mul, type Node, square, sum } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { eigenbasisBlock } from "./eigenbasis.ts";
import { type KroneckerRowOptions, kroneckerFactors } from "./kroneckerFactors.ts";
import { rowProducts } from "./rowProducts.ts";
import { rowOptions, weighted } from "./rowWeights.ts";

/**
 * Makes the block (P ⊗ Q) diag(s) (P ⊗ Q)' of EKFAC of rows x [n, d − 1] and factors F [n, m, r] (George et al. 2018,
 * section 3).
 *
 * P and Q are the eigenvectors of the factors of `kroneckerFactors`, and s = (1/samples) Σ_s w_s
 * (P'x̃_s)² ⊗ diag(Q'F_sF_s'Q). Throws ShapeError and MetricError.
 */
export function ekfacGram(x: Node, factors: Node, options: KroneckerRowOptions = {}): Block {
  const { weights, share } = rowOptions("ekfacGram", factors.shape[0] ?? 0, options);
  const { a, g } = kroneckerFactors(x, factors, options);
  const [p, q] = [eigh(a).vectors, eigh(g).vectors];
  const inputs = square(rowProducts(x, options.bias ?? true).forward(p));
  const outputs = sum(square(matmul(moveAxis(factors, 2, 1), q)), { axis: 1 });
  const values = mul(matmul(inputs, weighted(outputs, weights), { transposeA: true }), share);
  return eigenbasisBlock(p, q, values, "EKFAC");
}
