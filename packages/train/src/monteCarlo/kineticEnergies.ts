import { add, derivatives, mul, type Node, square, sum } from "@metrigrad/graph";
import { amplitudeColumns } from "./amplitudeColumns.ts";

/**
 * Returns the kinetic part of the local energy of a real ψ, in atomic units: −½(∇²ψ)/ψ = −½(Δ ln ψ + |∇ln ψ|²).
 *
 * @param logPsi - The function from coordinates [n, d] to ln|ψ|, [n] or [n, 1].
 * @param x - The coordinates of all particles, [n, d], in bohr.
 * @returns The kinetic energies, [n], in hartree.
 * @throws {@link ShapeError} if the shapes do not fit.
 * @throws {@link GraphError} if `logPsi` mixes samples.
 * @category Monte Carlo
 */
export function kineticEnergies(logPsi: (x: Node) => Node, x: Node): Node {
  const modulus = (at: Node) => amplitudeColumns("kineticEnergies", "ln ψ", logPsi(at)).modulus;
  const found = derivatives(modulus, x);
  const slopes = sum(square(found.gradient()), { axis: 1 });
  return mul(add(found.laplacian(), slopes), -0.5);
}
