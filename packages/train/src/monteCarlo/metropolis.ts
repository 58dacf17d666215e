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
  ShapeError,
  type Store,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import { amplitudeColumns } from "./amplitudeColumns.ts";
import type { Proposal } from "./proposals.ts";

/** What Markov chains are made of. */
export interface MetropolisOptions {
  /**
   * ln|ψ| of states [n, d], [n] or [n, 1], or beside the phase [n, 2]: usually
   * `(x) => applyModel(model, x).output`. It must do nothing but build the graph.
   */
  readonly logPsi: (x: Node) => Node;
  /** Where the chains begin, [chains, d]. */
  readonly start: Tensor;
  readonly proposal: Proposal;
  /** Sweeps of one `run`; 10 by default. */
  readonly sweeps?: number;
  /** What the state is called on the store; "metropolis" by default. */
  readonly name?: string;
}

/** Markov chains on a store. */
export interface Sampler {
  /** The states of all chains, [chains, d]: the samples, for the loss of a training step. */
  readonly samples: Variable;
  /**
   * Moves all chains on from where they are, under the parameters that the store has now.
   *
   * @param times - How often the sweeps are done; once by default, more often to forget where the chains began.
   */
  run(times?: number): Promise<void>;
  /** Reads the share of moves that were accepted in the last run; NaN before the first one. */
  accepted(): Promise<number>;
  /** Frees its program; the chains stay on the store. */
  close(): Promise<void>;
}

/**
 * Samples of |ψ|² by the rule of Metropolis et al. (1953, J. Chem. Phys. 21, 1087): a move from x to x′ is accepted with
 * probability min(1, |ψ(x′)/ψ(x)|²). Chains run side by side in one loop on the device, and go on from run to run: they are state of
 * the store, which checkpoints have too. The width of moves, where there is one, is multiplied by exp(a − ½) after each run, of which
 * a is the share of accepted moves.
 *
 * The states are those of the parameters on the store. An optimizer that averages keeps an average there and takes its gradients elsewhere, so
 * train with one that does not: `stochasticReconfiguration()`, or `rngd({ average: null })`.
 *
 * @param store - It must have the parameters of ψ.
 * @param options - ψ, where the chains begin, and how they move.
 * @returns The chains.
 * @throws GraphError for options out of range, and for a parameter that the store lacks. ShapeError where `start` is no
 *   [chains, d], or `logPsi` gives no value per chain.
 *
 * @example
 * ```ts
 * const sampler = await metropolis(store, { logPsi, start, proposal: spinFlips() });
 * await sampler.run(20);
 * for (let k = 0; k < 300; k++) {
 *   await sampler.run();
 *   await step.advance({}); // a training step whose loss reads sampler.samples
 * }
 * ```
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
      for (let k = 0; k < times; k++) await program.run();
    },
    accepted: async () => (await store.read(accepted.attrs)).item(),
    close: () => program.close(),
  } satisfies Sampler);
}

/** Where chains are after a run, and the share of accepted moves. */
interface Moved {
  readonly x: Node;
  readonly share: Node;
}

/** The sweeps of one run as one loop. */
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
      // ln 0 is −∞, which is below all; NaN is above none, so that a move to it is refused.
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
