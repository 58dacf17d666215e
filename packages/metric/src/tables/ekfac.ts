import { eigh, matmul, moveAxis, mul, square, sum } from "@metrigrad/graph";
import { eigenbasisBlock } from "../blocks/eigenbasis.ts";
import { rowProducts } from "../blocks/rowProducts.ts";
import type { MetricChoice } from "../core/choice.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";
import { kroneckerFactors } from "./kfac.ts";

/**
 * EKFAC: every dense layer by (P ⊗ Q) diag(s) (P ⊗ Q)' with the eigenvectors of K-FAC's factors
 * A = PΛP' and G = QΓQ', and s = E[(P'x̃)² ⊗ (Q'δ)²], the diagonal of the layer's own block in that basis:
 * the nearest such matrix to it in the Frobenius norm (George et al. 2018, section 3). Its table throws
 * MetricError for a number of samples that is no positive integer.
 */
export function ekfacMetrics(options: ApproximationOptions = {}): MetricChoice {
  const source = "George et al. 2018: E[(P'x̃)² ⊗ (Q'δ)²] in the basis of K-FAC";
  return approximation("EKFAC", source, options, ({ x }, factors) => {
    const { a, g } = kroneckerFactors(x, factors);
    const [p, q] = [eigh(a).vectors, eigh(g).vectors];
    const [n = 0] = x.shape;
    const inputs = square(rowProducts(x, true).forward(p));
    const outputs = sum(square(matmul(moveAxis(factors, 2, 1), q)), { axis: 1 });
    const values = mul(matmul(inputs, outputs, { transposeA: true }), 1 / n);
    return eigenbasisBlock(p, q, values, "EKFAC");
  });
}
