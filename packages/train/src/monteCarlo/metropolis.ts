import {
  add,
  cast,
  compile,
  constant,
  div,
  exp,
  expandDims,
  less,
  log,
  mean,
  mul,
  type Node,
  rngState,
  scan,
  sub,
  type Update,
  uniform,
  type Variable,
  variable,
  where,
} from "@metrigrad/graph";
import {
  checkNames,
  GraphError,
  isTensor,
  pause,
  ShapeError,
  type Store,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import { amplitudeColumns } from "./amplitudeColumns.ts";
import type { Proposal } from "./proposals.ts";

/**
 * Options of {@link metropolis}.
 *
 * @category Monte Carlo
 */
export interface MetropolisOptions {
  /**
   * ln|ψ| of states [n, d]: [n] or [n, 1], or [n, 2] with the phase as second column. Usually it is
   * `(x) => applyModel(model, x).output`. It must only build the graph.
   */
  readonly logPsi: (x: Node) => Node;
  /** The states where the chains begin, [chains, d]. */
  readonly start: Tensor;
  /** How the chains move, for example {@link spinFlips} or {@link gaussianMoves}. */
  readonly proposal: Proposal;
  /** The number of sweeps of one `run`; 10 by default. */
  readonly sweeps?: number;
  /** The name of the chains' state on the store; "metropolis" by default. */
  readonly name?: string;
}

/**
 * Markov chains on a store.
 *
 * @category Monte Carlo
 */
export interface Sampler {
  /** The states of all chains, [chains, d]. They are the samples for the loss of a training step. */
  readonly samples: Variable;
  /**
   * Moves all chains on from where they are, with the parameters that the store has now. It rejects with a
   * {@link GraphError} if `times` is not a positive integer.
   *
   * @param times - How often to do the sweeps; 1 by default. Use more at first, so that the chains forget where they
   *   began.
   */
  run(times?: number): Promise<void>;
  /**
   * Reads the share of moves that were accepted in the last sweeps.
   *
   * @returns A promise of the share, in [0, 1]; NaN before the first run.
   */
  accepted(): Promise<number>;
  /** Frees the sampler's program. The chains stay on the store. */
  close(): Promise<void>;
}

/**
 * Makes Markov chains that draw samples from |ψ|², by the rule of Metropolis et al. (1953, J. Chem. Phys. 21, 1087).
 *
 * A move from x to x′ is accepted with probability min(1, |ψ(x′)/ψ(x)|²). The chains run side by side in one loop on
 * the device. They are state of the store, so they go on from run to run, and checkpoints have them too. If the moves
 * have a width, it is multiplied by exp(a − ½) after each run, where a is the share of accepted moves.
 *
 * The chains use the parameters on the store. An optimizer that averages keeps an average there and takes its
 * gradients elsewhere. So train with one that does not average: `stochasticReconfiguration()`, or
 * `rngd({ average: null })`.
 *
 * {@includeCode ../../../../examples/api/train/metropolis.ts#example}
 *
 * @param store - The store. It must have the parameters of ψ.
 * @param options - ψ, where the chains begin, and how they move.
 * @returns A promise of the chains.
 * @throws {@link GraphError} if an option is unknown or out of range, or if the store lacks a parameter.
 * @throws {@link ShapeError} if `start` is not [chains, d], or if `logPsi` does not give one value per chain.
 * @category Monte Carlo
 */
export async function metropolis(store: Store, options: MetropolisOptions): Promise<Sampler> {
  checkOptions(options);
  const { name = "metropolis", start, proposal } = options;
  const state = (path: string, values: ArrayLike<number>, shape: readonly number[]) =>
    variable(`${name}/${path}`, shape, { role: "state", init: () => values });
  const samples = state("samples", start.data(), start.shape);
  const width = state("width", [proposal.width ?? 1], []);
  const accepted = state("accepted", [Number.NaN], []);
  const moved = movedChains(samples, width, options);
  const program = await compile(
    { outputs: [], updates: updatesOf({ samples, width, accepted }, moved, proposal) },
    store,
  );
  return Object.freeze({
    samples,
    run: async (times = 1) => {
      checkTimes(times);
      for (let k = 0; k < times; k++) {
        await program.run();
        await pause();
      }
    },
    accepted: async () => (await store.read(accepted.attrs)).item(),
    close: () => program.close(),
  } satisfies Sampler);
}

/** The states of the chains after a run, and the share of accepted moves. */
interface Moved {
  readonly x: Node;
  readonly share: Node;
}

/** Returns the states after the sweeps of one run, computed in one loop. */
function movedChains(
  samples: Node,
  width: Node,
  { logPsi, proposal, sweeps = 10, name = "metropolis" }: MetropolisOptions,
): Moved {
  const [chains = 0, d = 0] = samples.shape;
  const modulusOf = (x: Node) => {
    const { modulus } = amplitudeColumns("metropolis", "logPsi", logPsi(x));
    if (modulus.shape[0] === chains) return modulus;
    throw new ShapeError({
      where: "metropolis",
      must: `logPsi must give a value for each of the ${chains} chains`,
      got: showShape(modulus.shape),
      todo: "give ln|ψ| [n] for states [n, d]",
    });
  };
  const turns = sweeps * proposal.moves(d);
  const { carry } = scan(
    ([x, before, count]) => {
      const next = proposal.propose(x, width, `${name}/move`);
      const after = modulusOf(next);
      // ln 0 is −∞, which is below every number. A comparison with NaN is false, so a move to NaN is refused.
      const chance = log(uniform([chains], { key: `${name}/accept` }));
      const takes = less(chance, mul(sub(after, before), 2));
      const kept = where(expandDims(takes, 1), next, x);
      const total = add(count, mean(cast(takes, "float")));
      return { carry: [kept, where(takes, after, before), total], y: {} };
    },
    [samples, modulusOf(samples), constant(0)] as const,
    null,
    { turns },
  );
  return { x: carry[0], share: div(carry[2], turns) };
}

function updatesOf(
  {
    samples,
    width,
    accepted,
  }: { readonly samples: Variable; readonly width: Variable; readonly accepted: Variable },
  { x, share }: Moved,
  proposal: Proposal,
): Update[] {
  const adapted: Update[] =
    proposal.width === null ? [] : [[width, mul(width, exp(sub(share, 0.5)))]];
  return [
    [samples, x],
    [accepted, share],
    ...adapted,
    [rngState, add(rngState, constant(tensor(Uint32Array.of(0, 1))))],
  ];
}

function checkTimes(times: number): void {
  if (Number.isInteger(times) && times >= 1) return;
  throw new GraphError({
    where: "metropolis, run",
    must: "times must be a positive integer",
    got: String(times),
    todo: "leave it out for 1",
  });
}

function checkOptions(options: MetropolisOptions): void {
  const names = ["logPsi", "start", "proposal", "sweeps", "name"];
  checkNames("metropolis", options, names, GraphError);
  const { logPsi, start, proposal, sweeps = 10 } = options;
  const refuse = (must: string, got: unknown, todo: string): never => {
    throw new GraphError({ where: "metropolis", must, got: String(got), todo });
  };
  if (typeof logPsi !== "function") {
    refuse("logPsi must be a function", typeof logPsi, "pass (x) => applyModel(model, x).output");
  }
  if (typeof proposal?.propose !== "function") {
    refuse("proposal must be one", typeof proposal, "pass spinFlips() or gaussianMoves()");
  }
  if (!(Number.isInteger(sweeps) && sweeps >= 1)) {
    refuse("sweeps must be a positive integer", sweeps, "leave it out for 10");
  }
  if (isTensor(start) && start.shape.length === 2 && start.size > 0) return;
  throw new ShapeError({
    where: "metropolis",
    must: "start must be a tensor [chains, d]",
    got: isTensor(start) ? showShape(start.shape) : typeof start,
    todo: "give each chain a row",
  });
}
