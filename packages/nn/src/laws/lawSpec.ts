import type { Node } from "@metrigrad/graph";
import { checkNames, GraphError, type Tensor } from "@metrigrad/tensor";
import type { Support } from "./law.ts";
import { type SupportName, supports } from "./supports.ts";

/** What a law is made of. Only a name and `logProb` must be given, beside one way to the Fisher information. */
export interface LawSpec {
  /** What people read. */
  readonly name: string;
  /** ln p(y | h) of each row in nats, [n], written with ops that can be differentiated by h [n, m]. */
  readonly logProb: (y: Node, h: Node) => Node;
  /** Draws a response for each row; equal keys must give equal draws. */
  readonly sample?: (h: Node, key: string) => Node;
  /** E[∂ ln p ∂ ln p'] in h, [n, m, m]. */
  readonly fisher?: (h: Node) => Node;
  /** The diagonal of `fisher`, where that is all of it: [n, m], or a number. */
  readonly fisherDiagonal?: number | ((h: Node) => Node);
  /** R with RR' = fisher(h), [n, m, r]. */
  readonly fisherRoot?: (h: Node) => Node;
  /** KL(p_h ‖ p_other) of each row in nats, [n]. */
  readonly kl?: (h: Node, other: Node) => Node;
  /** All responses of a row of m columns, the first axis counts them; null where there are too many. */
  readonly outcomes?: (m: number) => Tensor | null;
  /** The most probable response of each row. */
  readonly predict?: (h: Node) => Node;
  /**
   * What the numbers of y may be. With `"real"`, `"positive"` (above 0) and `"unit"` (between 0 and 1) the Fisher
   * information and the divergence are found by quadrature: the m/parameters responses of a row must then be
   * independent, y is [n, m/parameters], and `logProb` sums over them.
   */
  readonly support?: SupportName | Support;
  /** Columns of h per response, all first parameters first; 1 by default. */
  readonly parameters?: number;
  /**
   * For quadrature: a typical response inside the support, [n, m/parameters]; where the density has a kink, the
   * place of it. `predict` by default, else h itself on the real line.
   */
  readonly centre?: (h: Node) => Node;
  /** Draws for a Fisher information by samples; 64 by default. */
  readonly samples?: number;
}

const known = [
  "name",
  "logProb",
  "sample",
  "fisher",
  "fisherDiagonal",
  "fisherRoot",
  "kl",
  "outcomes",
  "predict",
  "support",
  "parameters",
  "centre",
  "samples",
] as const satisfies readonly (keyof LawSpec)[];

/** Throws GraphError for a law without a name or density, and for unknown options. */
export function checkSpec(spec: LawSpec): void {
  checkNames("defLaw", spec, known, GraphError);
  const { name, logProb, support, parameters = 1, samples = 64 } = spec;
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new GraphError({ where: `defLaw ${name ?? ""}`.trim(), must, got: String(got), todo });
  };
  if (typeof name !== "string" || name === "") refuse("name must be a text", name, "name it");
  if (typeof logProb !== "function")
    refuse(
      "logProb must be a function of y and h",
      typeof logProb,
      "pass { logProb: (y, h) => … }",
    );
  if (typeof support === "string" && !(support in supports))
    refuse(`support must be among ${Object.keys(supports).join(", ")}`, support, "correct it");
  for (const [what, value] of Object.entries({ parameters, samples }))
    if (!(Number.isInteger(value) && value > 0))
      refuse(`${what} must be a positive integer`, value, "leave it out for the default");
}
