import {
  add,
  exp,
  expandDims,
  eye,
  flip,
  mul,
  type Node,
  reshape,
  roll,
  slice,
  stack,
  sub,
  sum,
} from "@metrigrad/graph";
import { checkNames, GraphError, ShapeError, showShape } from "@metrigrad/tensor";
import { amplitudeColumns } from "./amplitudeColumns.ts";

/**
 * A chain of spins in a transverse field: H = −J Σ_i σᶻ_i σᶻ_{i+1} − h Σ_i σˣ_i.
 *
 * @category Monte Carlo
 */
export interface IsingOptions {
  /** The coupling J of neighbours, in the unit of energy; 1 by default. */
  readonly coupling?: number;
  /** The transverse field h, in the unit of energy; 1 by default. */
  readonly field?: number;
  /** Whether the last spin is a neighbour of the first; true by default. */
  readonly periodic?: boolean;
}

/**
 * Returns the local energies of the Ising chain in a transverse field, for a real ψ > 0.
 *
 * They are E_loc(s) = −J Σ_i s_i s_{i+1} − h Σ_i ψ(s with s_i flipped)/ψ(s), with the coupling J and the field h.
 *
 * @param spins - The states, ±1, [n, N] for n samples of N spins.
 * @param logPsi - ln ψ of the states, [n] or [n, 1].
 * @param flipped - ln ψ with each spin flipped, [n, N]. It may also be [n·N] or [n·N, 1] in this order: of
 *   {@link spinFlipsOf} or {@link flippedOfAll}.
 * @param options - The chain.
 * @returns The local energies, [n], in the unit of J and h.
 * @throws {@link ShapeError} if the shapes do not fit together.
 * @throws {@link GraphError} if an option is unknown.
 * @category Monte Carlo
 */
export function isingEnergies(
  spins: Node,
  logPsi: Node,
  flipped: Node,
  options: IsingOptions = {},
): Node {
  const where = "isingEnergies";
  checkNames(where, options, ["coupling", "field", "periodic"], GraphError);
  const { coupling = 1, field = 1, periodic = true } = options;
  const [n = 0, count = 0] = statesOf(where, spins);
  const { modulus } = amplitudeColumns(where, "ln ψ", logPsi);
  const turned = reshape(flipped, [n, count]);
  const pairs = mul(spins, roll(spins, -1, 1));
  const bonds = sum(periodic ? pairs : slice(pairs, [null, [0, count - 1]]), { axis: 1 });
  const ratios = sum(exp(sub(turned, expandDims(modulus, 1))), { axis: 1 });
  return add(mul(bonds, -coupling), mul(ratios, -field));
}

/**
 * Returns each state with each of its spins flipped, as rows for a model.
 *
 * @param spins - The states, ±1, [n, N].
 * @returns The flipped states, [n·N, N]. Those of one state are next to each other.
 * @throws {@link ShapeError} if `spins` does not have two axes.
 * @category Monte Carlo
 */
export function spinFlipsOf(spins: Node): Node {
  const [n = 0, count = 0] = statesOf("spinFlipsOf", spins);
  const signs = sub(1, mul(eye(count), 2));
  return reshape(mul(expandDims(spins, 1), signs), [n * count, count]);
}

/**
 * Returns ln ψ with each spin flipped, from ln ψ of all states in the order of {@link spinStates}.
 *
 * @param logPsi - ln ψ of all states, [2^N] or [2^N, 1].
 * @returns ln ψ of the flipped states, [2^N, N].
 * @throws {@link ShapeError} if the number of states is not a power of 2 from 2 on, or if the shape is another.
 * @category Monte Carlo
 */
export function flippedOfAll(logPsi: Node): Node {
  const [states = 0] = logPsi.shape;
  const count = Math.log2(states);
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError({
      where: "flippedOfAll",
      must: "there must be 2^N states",
      got: showShape(logPsi.shape),
      todo: "apply the model to spinStates(N)",
    });
  }
  const { modulus } = amplitudeColumns("flippedOfAll", "ln ψ", logPsi);
  const each = Array.from({ length: count }, (_, spin) => {
    const low = 2 ** spin;
    return reshape(flip(reshape(modulus, [states / (2 * low), 2, low]), { axis: 1 }), [states]);
  });
  return stack(each, 1);
}

function statesOf(where: string, { shape }: Node): readonly number[] {
  if (shape.length === 2) return shape;
  throw new ShapeError({
    where,
    must: "spins must be [n, N]",
    got: showShape(shape),
    todo: "give one state per row",
  });
}
