import { add, mul, type Node, stopGradient, sub, sum } from "@metrigrad/graph";
import { stateWeights } from "@metrigrad/nn";
import { checkNames, GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { amplitudeColumns } from "./amplitudeColumns.ts";

/**
 * Options of {@link energyLoss}.
 *
 * @category Monte Carlo
 */
export interface EnergyOptions {
  /**
   * Whether the samples are all states that exist, each once. They are then weighted by |ψ|². False by default: the
   * samples are drawn from |ψ|².
   */
  readonly enumerated?: boolean;
}

/**
 * Returns the energy ⟨H⟩ of a wave function ψ as a loss.
 *
 * Its value is the mean of the local energies E_loc(s) = (Hψ)(s)/ψ(s). Its gradient is 2 Re Cov(∂ln ψ*, E_loc), which
 * needs no derivative of the local energies (Becca and Sorella 2017, Quantum Monte Carlo Approaches for Correlated
 * Systems, section 4.3). The loss depends on the parameters through ln ψ alone, so that steps can be solved in the
 * space of samples.
 *
 * With drawn samples, the value does not show that the samples would change with the parameters. So use line searches
 * and `reject` for enumerated states only.
 *
 * @param logPsi - ln|ψ| of each sample, [n] or [n, 1], or [n, 2] with the phase as second column: what was observed
 *   under `amplitude`.
 * @param local - The local energies, [n] or [n, 1], or [n, 2] with the imaginary parts as second column.
 * @param options - Whether the samples are drawn from |ψ|², or are all states.
 * @returns The energy, a scalar in the unit of the local energies.
 * @throws {@link ShapeError} if the shapes are others, or if there is not one local energy per sample.
 * @throws {@link GraphError} if an option is unknown.
 * @category Monte Carlo
 */
export function energyLoss(logPsi: Node, local: Node, options: EnergyOptions = {}): Node {
  checkNames("energyLoss", options, ["enumerated"], GraphError);
  const psi = amplitudeColumns("energyLoss", "ln ψ", logPsi);
  const energy = amplitudeColumns("energyLoss", "local energies", local);
  const [n = 0] = logPsi.shape;
  if (local.shape[0] !== n) throw uneven(logPsi, local);
  const weights = options.enumerated === true ? stateWeights(logPsi) : null;
  const average = (value: Node) =>
    weights === null ? mul(sum(value), 1 / n) : sum(mul(weights, value));
  /** Returns 0 with the gradient 2 Σ w (e − ē) ∂f. */
  const pull = (e: Node, f: Node) => {
    const apart = stopGradient(sub(e, average(e)));
    return mul(average(mul(apart, sub(f, stopGradient(f)))), 2);
  };
  const real = add(stopGradient(average(energy.modulus)), pull(energy.modulus, psi.modulus));
  return energy.phase === null || psi.phase === null
    ? real
    : add(real, pull(energy.phase, psi.phase));
}

function uneven(logPsi: Node, local: Node): ShapeError {
  return new ShapeError({
    where: "energyLoss",
    must: "there must be a local energy for each sample",
    got: `${showShape(local.shape)} for ln ψ of ${showShape(logPsi.shape)}`,
    todo: "take both of the same samples",
  });
}
