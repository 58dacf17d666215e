import type { Node } from "@metrigrad/graph";
import { type RowsBlock, rowsBlock } from "./rows.ts";

/** What the gram constructors take beside rows. */
export interface GramBlockOptions {
  /** Rows are x̃ = (x, 1), the bias in the last parameter row; true by default. */
  readonly bias?: boolean;
  /** Factor of the block, such as σ⁻²; 1 by default. */
  readonly weight?: number;
  /**
   * T = X̃W [n, m]. Give it where the parameters act through T alone; solving then needs neither
   * the gradient nor anything of size d.
   */
  readonly outputs?: Node | null;
}

/** I_m ⊗ E[x̃x̃']: one matrix for all m units (Sun and Nielsen 2017, the linear layer). */
export function sharedGram(x: Node, m: number, options: GramBlockOptions = {}): RowsBlock {
  const { bias = true, weight = 1, outputs = null } = options;
  return rowsBlock({ x, bias, nu: null, weight, m, form: "sharedGram", outputs });
}

/** One matrix E[ν_i x̃x̃'] per unit, ν [n, m] (Sun and Nielsen 2017, the non-linear layer). */
export function unitGram(x: Node, nu: Node, options: GramBlockOptions = {}): RowsBlock {
  const { bias = true, weight = 1, outputs = null } = options;
  return rowsBlock({ x, bias, nu, weight, m: nu.shape[1] as number, form: "unitGram", outputs });
}
