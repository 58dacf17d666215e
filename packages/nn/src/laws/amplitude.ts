import { mul, type Node, reshape, slice, softmax, squeeze, stopGradient } from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { gaussian } from "./gaussian.ts";
import type { Law } from "./law.ts";

/**
 * Options of {@link amplitude}.
 *
 * @category Laws and losses
 */
export interface AmplitudeOptions {
  /**
   * Whether the samples are all states, which count by |ψ|²/Σ|ψ|². False by default: the samples are then drawn from |ψ|².
   */
  readonly enumerated?: boolean;
}

/**
 * Makes the law of a wave function ψ_θ(s) whose samples come from the model itself, s ~ |ψ|²/Z.
 *
 * The output h is ln|ψ|, [n] or [n, 1]. With a phase it is ln|ψ| beside arg ψ, [n, 2]. The law describes no observed value:
 * nothing can be scored or drawn.
 *
 * Its metric is the covariance of ∂h over the samples. For a real ψ this is a quarter of the Fisher information of |ψ|²/Z.
 * For a complex ψ it is the real part of the quantum geometric tensor, the matrix of stochastic reconfiguration (Sorella
 * 1998, Phys. Rev. Lett. 80, 4558). Rows are centred, since Z depends on θ.
 *
 * `observedMetrics`, and what is made of it, takes this law. With fewer samples than parameters the step is solved in the
 * space of samples (MinSR: Chen and Heyl 2024, Nature Physics 20, 1476). A loss that is observed under it must not depend
 * on the norm of ψ: such a solve leaves that part out.
 *
 * ```ts
 * const h = apply(model, samples);
 * observe(h, amplitude());
 * return energyLoss(h, isingEnergies(samples, h, apply(model, spinFlipsOf(samples))));
 * ```
 *
 * @param options - Whether the samples are drawn, the default, or all states.
 * @returns The law. Its `logProb` and `sample` throw GraphError. Its `parts` throw ShapeError if h has another shape.
 * @throws {@link GraphError} if an option is unknown.
 * @category Laws and losses
 */
export function amplitude(options: AmplitudeOptions = {}): Law<Node, Node> {
  checkNames("amplitude", options, ["enumerated"], GraphError);
  const { enumerated = false } = options;
  const name = enumerated ? "amplitude(enumerated)" : "amplitude";
  const law: Law<Node, Node> = Object.freeze({
    name,
    logProb: () => {
      throw undrawn(name, "there is no observed value");
    },
    sample: () => {
      throw undrawn(name, "samples come from the model itself");
    },
    predict: (h: Node) => h,
    kl: null,
    support: null,
    parts: (h: Node) => {
      const natural = columnsOf(name, h);
      const n = natural.shape[0] as number;
      const weights = enumerated ? mul(stateWeights(natural), n) : null;
      return [{ law: gaussian(), natural, weights, centred: true }];
    },
    given: () => law,
  });
  return law;
}

/**
 * Returns the probabilities |ψ(s)|²/Σ|ψ|² of all states. No gradient goes through them.
 *
 * @param h - ln|ψ| of every state, [n] or [n, 1], or with the phase, [n, 2].
 * @returns The probabilities, [n].
 * @throws {@link ShapeError} if h has more than two columns.
 * @category Laws and losses
 */
export function stateWeights(h: Node): Node {
  const [n = 0, m] = h.shape;
  const modulus = m === 2 ? squeeze(slice(h, [null, [0, 1]]), 1) : reshape(h, [n]);
  return stopGradient(softmax(mul(modulus, 2), { axis: 0 }));
}

/** Returns h as a matrix [n, 1] or [n, 2]. Throws ShapeError. */
function columnsOf(where: string, h: Node): Node {
  const [n = 0, m = 1] = h.shape;
  if (h.shape.length > 0 && h.shape.length <= 2 && m >= 1 && m <= 2) {
    return h.shape.length === 2 ? h : reshape(h, [n, 1]);
  }
  throw new ShapeError({
    where,
    must: "h must be ln|ψ|, [n] or [n, 1], or with the phase [n, 2]",
    got: showShape(h.shape),
    todo: "give one sample per row",
  });
}

/** Makes the error for a score or a draw of a law without an observed value. */
function undrawn(where: string, got: string): GraphError {
  return new GraphError({
    where,
    must: "a law must describe an observed value to be drawn from or scored",
    got,
    todo: "observe without targets, and take observedMetrics()",
  });
}
