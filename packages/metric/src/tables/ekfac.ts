import { eigh, matmul, moveAxis, mul, square, sum } from "@metrigrad/graph";
import { eigenbasisBlock } from "../blocks/eigenbasis.ts";
import { rowProducts } from "../blocks/rowProducts.ts";
import type { MetricTable } from "../core/table.ts";
import { type ApproximationOptions, approximation } from "./approximation.ts";
import { kroneckerFactors } from "./kfac.ts";

/**
 * EKFAC: every weight by (P ⊗ Q) diag(s) (P ⊗ Q)' with the eigenvectors of K-FAC's factors
 * A = PΛP' and G = QΓQ', and s = E[(P'x̃)² ⊗ (Q'δ)²], the diagonal of the weight's own block in that basis:
 * the nearest such matrix to it in the Frobenius norm (George et al. 2018, section 3).
 * @param options draws of the responses, sharing, and the table of other parameters
 * @returns a table
 * @throws MetricError for options out of range
 */
export function ekfacMetrics(options: ApproximationOptions = {}): MetricTable {
  const source = "George et al. 2018: E[(P'x̃)² ⊗ (Q'δ)²] in the basis of K-FAC";
  return approximation("ekfac", source, options, (rows) => {
    const { x, bias, factors, samples } = rows;
    const { a, g } = kroneckerFactors(rows);
    const [p, q] = [eigh(a).vectors, eigh(g).vectors];
    const inputs = square(rowProducts(x, bias).forward(p));
    const outputs = sum(square(matmul(moveAxis(factors, 2, 1), q)), { axis: 1 });
    const values = mul(matmul(inputs, outputs, { transposeA: true }), 1 / samples);
    return eigenbasisBlock(p, q, values, "EKFAC");
  });
}
