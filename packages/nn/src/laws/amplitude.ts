import { mul, type Node, reshape, slice, softmax, squeeze, stopGradient } from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { gaussian } from "./gaussian.ts";
import type { Law } from "./law.ts";

/** Options of the law of a wave function. */
export interface AmplitudeOptions {
  /** Whether the samples are all states there are, which count by |ψ|²/Σ|ψ|²; false by default: they are drawn from |ψ|². */
  readonly enumerated?: boolean;
}

/**
 * A wave function ψ_θ(s) whose samples come from the model itself, s ~ |ψ|²/Z: h is ln|ψ|, [n] or [n, 1], or ln|ψ| beside the
 * phase arg ψ, [n, 2]. Its metric is the covariance of ∂h over the samples, g/4 where g is the Fisher information of |ψ|²/Z for a
 * real ψ, and the real part of the quantum geometric tensor for a complex one: the matrix of stochastic reconfiguration (Sorella 1998,
 * Phys. Rev. Lett. 80, 4558). Rows are centred, since Z depends on θ. `observedMetrics` and what is made of it take it; where there
 * are fewer samples than parameters the step is solved in the space of samples (MinSR: Chen and Heyl 2024, Nature Physics 20, 1476).
 * A loss that is observed under it must not depend on the norm of ψ: a solve in the space of samples leaves out what does.
 *
 * @param options - Whether the samples are drawn, or all states.
 * @returns The law. It describes no observed value, so nothing can be drawn from it.
 * @throws GraphError for unknown options, and for draws. ShapeError where h has another shape.
 * @example
 * ```ts
 * const h = apply(model, samples);
 * observe(h, amplitude());
 * return energyLoss(h, isingEnergies(samples, h, apply(model, spinFlipsOf(samples))));
 * ```
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
 * |ψ(s)|²/Σ|ψ|² over all states, through which no gradient goes.
 *
 * @param h - ln|ψ| of every state, [n] or [n, 1], or with the phase [n, 2].
 * @returns [n].
 */
export function stateWeights(h: Node): Node {
  const [n = 0, m] = h.shape;
  const modulus = m === 2 ? squeeze(slice(h, [null, [0, 1]]), 1) : reshape(h, [n]);
  return stopGradient(softmax(mul(modulus, 2), { axis: 0 }));
}

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

function undrawn(where: string, got: string): GraphError {
  return new GraphError({
    where,
    must: "a law must describe an observed value to be drawn from or scored",
    got,
    todo: "observe without targets, and take observedMetrics()",
  });
}
