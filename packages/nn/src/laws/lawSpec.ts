import type { Node } from "@metrigrad/graph";
import { checkNames, GraphError, type Tensor } from "@metrigrad/tensor";
import type { Support } from "./law.ts";
import { type SupportName, supports } from "./supports.ts";

/**
 * The specification of a law, the argument of {@link defLaw}. The name, `logProb` and one way to the Fisher information are
 * needed.
 *
 * @category Laws: own laws
 */
export interface LawSpec {
  /** The name in messages. */
  readonly name: string;
  /** Returns ln p(y | h) of each row in nats, [n]. It is written with ops that can be differentiated by h [n, m]. */
  readonly logProb: (y: Node, h: Node) => Node;
  /** Draws a response for each row. Equal keys must give equal draws. */
  readonly sample?: (h: Node, key: string) => Node;
  /** Returns the Fisher information E[∂ ln p ∂ ln p'] in h, [n, m, m]. */
  readonly fisher?: (h: Node) => Node;
  /** The diagonal of a diagonal Fisher information: a number, or a function that gives [n, m]. */
  readonly fisherDiagonal?: number | ((h: Node) => Node);
  /** Returns a root R with RR' = fisher(h), [n, m, r]. */
  readonly fisherRoot?: (h: Node) => Node;
  /** Returns the divergence KL(p_h ‖ p_other) of each row in nats, [n]. */
  readonly kl?: (h: Node, other: Node) => Node;
  /** Returns all responses of a row of m columns, counted by the first axis; null if there are too many. */
  readonly outcomes?: (m: number) => Tensor | null;
  /**
   * Returns the most probable response of each row. By default it is found among the outcomes, else it is `centre`, else h
   * itself.
   */
  readonly predict?: (h: Node) => Node;
  /**
   * The numbers that y may have. With "real", "positive" (above 0) and "unit" (between 0 and 1) the Fisher information and
   * the divergence are found by quadrature. The m/parameters responses of a row must then be independent, y is [n,
   * m/parameters], and `logProb` sums over them.
   */
  readonly support?: SupportName | Support;
  /** The number of columns of h per response, all first parameters first; 1 by default. */
  readonly parameters?: number;
  /**
   * Returns a typical response inside the support for quadrature, [n, m/parameters]. If the density has a kink, it is the
   * place of the kink. `predict` by default, else h itself on the real line.
   */
  readonly centre?: (h: Node) => Node;
  /** The number of draws for a Fisher information by samples; 64 by default. */
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

/** Throws GraphError if a law lacks a name or a density, or has unknown options. */
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
