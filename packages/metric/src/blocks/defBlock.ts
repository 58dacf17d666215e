import {
  add,
  asNode,
  broadcastTo,
  div,
  greater,
  mul,
  type Node,
  type RandomOptions,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "@metrigrad/graph";
import { MetricError, ShapeError, showShape } from "@metrigrad/tensor";
import type {
  AveragedBy,
  Block,
  BlockCost,
  Columns,
  DampedOptions,
  MadeOf,
  SolveOptions,
  Solver,
} from "./block.ts";
import { conjugateGradients, defaultIterations } from "./cg.ts";
import { perColumn, spread, timesMatrices } from "./columns.ts";
import { shiftOf } from "./damping.ts";
import { factored } from "./factored.ts";
import { ones, zeros } from "./first.ts";
import type { Keep, PreparedSolve } from "./prepared.ts";
import type { Shifted } from "./shifted.ts";

/** Solves for v [d, m] at a λ [matrices]. */
export type Solve = (v: Node, lambda: Node, options: SolveOptions) => Shifted;

/** g + λI, or what a kind has in its place. */
export interface Damped {
  readonly apply: (v: Node) => Node;
  readonly diagonal: () => Node;
  readonly toMatrices: () => Node;
}

/** Keeps what one solver needs, at a λ [matrices]. */
export type Prepare = (keep: Keep, lambda: Node, options: SolveOptions) => PreparedSolve;

/** What a kind of block says of itself; the rest follows from it. */
export interface BlockParts {
  readonly kind: string;
  readonly form: string;
  readonly d: number;
  readonly m: number;
  readonly n: number | null;
  readonly columns: Columns;
  /** By default the matrices. */
  readonly layout?: string;
  /** The preferred solver first. */
  readonly costs: readonly [BlockCost, ...BlockCost[]];
  readonly apply: (v: Node) => Node;
  readonly trace: () => Node;
  readonly diagonal: () => Node;
  readonly toMatrices: () => Node;
  readonly accumulate?: (base: Node | null, alpha: number, beta: number) => Node;
  readonly factors?: readonly [Node, Node];
  readonly averagedBy?: AveragedBy;
  readonly madeOf?: MadeOf;
  /** What stands for g + λI, where that is not the sum; of kept values where `keep` is given. */
  readonly damp?: (lambda: Node, keep?: Keep) => Damped;
  /** Its own solvers beside "dense" and "cg". */
  readonly solvers?: { readonly [S in Solver]?: Solve };
  readonly prepare?: { readonly [S in Solver]?: Prepare };
  /** `apply` from kept values; by default from the explicit matrices. */
  readonly keepApply?: (keep: Keep) => (v: Node) => Node;
  /** By default, and where they give null, through the explicit matrices. */
  readonly inverseSqrt?: (v: Node, lambda: Node, options: DampedOptions) => Node | null;
  readonly logdet?: (lambda: Node, options: DampedOptions) => Node | null;
  readonly sample?: (options: RandomOptions) => Node;
}

/** Largest set of matrices that is made where it was not asked for by name, in bytes of float32. */
export const explicitLimit = 2 ** 31;

/** A block with all operations. The explicit matrices and the diagonal serve what a kind leaves out. */
export function defBlock(parts: BlockParts): Block {
  const { kind, form, d, m, n, columns, costs, apply, trace, diagonal, toMatrices } = parts;
  const matrices = columns === "own" ? m : 1;
  const size = columns === "coupled" ? d * m : d;
  const explicit = (made = toMatrices) => {
    if (4 * matrices * size * size <= explicitLimit) return made();
    throw tooLarge(form, matrices, size);
  };
  const byFactor = (lambda: Node) => {
    if (parts.damp === undefined) return factored(explicit(), m, columns, lambda);
    return factored(explicit(parts.damp(lambda).toMatrices), m, columns, asNode(0));
  };
  const damped = (lambda: Node, product = apply): Pick<Damped, "apply" | "diagonal"> => {
    const by = perColumn(lambda, columns);
    const sum = {
      apply: (v: Node) => add(product(v), mul(v, by)),
      diagonal: () => add(diagonal(), by),
    };
    return parts.damp?.(lambda) ?? sum;
  };
  const steps = ({ iterations = defaultIterations }: SolveOptions) => {
    if (Number.isInteger(iterations) && iterations >= 1) return Math.min(iterations, 2 * size);
    throw noCount(form, iterations);
  };
  const keepApply =
    parts.keepApply ??
    ((keep) => (v) => timesMatrices(keep("matrices", explicit(), zeros), v, columns));

  const solvers: { readonly [S in Solver]?: Solve } = {
    dense: (v, lambda) => {
      const found = byFactor(lambda).solve(v);
      return parts.damp === undefined ? found : { x: found.x, lambda };
    },
    cg: (v, lambda, options) => {
      const whole = damped(lambda);
      const precondition = (r: Node) => div(r, whole.diagonal());
      const system = { columns, precondition, apply: whole.apply };
      return { x: conjugateGradients(system, v, steps(options)), lambda };
    },
    ...parts.solvers,
  };
  const preparing: { readonly [S in Solver]?: Prepare } = {
    dense: (keep, lambda) => {
      const { solve, lambda: raised } = byFactor(lambda).prepare(keep);
      return {
        solve,
        lambda: parts.damp === undefined ? raised : () => keep("lambda", lambda, ones),
      };
    },
    cg: prepareCg,
    ...parts.prepare,
  };
  const check = (operation: string, v: Node) => checkVector(`${form}, ${operation}`, v, d, m);
  function prepareCg(keep: Keep, lambda: Node, options: SolveOptions): PreparedSolve {
    const used = () => keep("lambda", lambda, ones);
    const precondition = (r: Node) =>
      mul(r, keep("scale", div(1, damped(lambda).diagonal()), ones));
    const solve = (v: Node) => {
      const whole = parts.damp?.(used(), keep) ?? damped(used(), keepApply(keep));
      const system = { columns, precondition, apply: whole.apply };
      return conjugateGradients(system, v, steps(options));
    };
    return { solve, lambda: used };
  }
  const lambdaOf = ({ damping = {} }: DampedOptions) =>
    broadcastTo(shiftOf(damping, trace, size), [matrices]);
  const chosen = <T>(known: { readonly [S in Solver]?: T }, { solver }: SolveOptions): T => {
    const name = solver ?? costs[0].solver;
    const found = known[name];
    if (found === undefined) throw unknownSolver(form, name, Object.keys(known));
    return found;
  };
  const shifted = (operation: string, v: Node, options: SolveOptions): Shifted => {
    check(operation, v);
    return chosen(solvers, options)(v, lambdaOf(options), options);
  };
  const applied = (operation: string, v: Node) => {
    check(operation, v);
    return apply(v);
  };
  return {
    kind,
    form,
    d,
    m,
    n,
    columns,
    matrices,
    size,
    layout: parts.layout ?? layoutOf(parts),
    factors: parts.factors ?? null,
    averagedBy: parts.averagedBy ?? null,
    madeOf: parts.madeOf ?? null,
    addsDamping: parts.damp === undefined,
    apply: (v) => applied("apply", v),
    damped: (v, options = {}) => {
      check("damped", v);
      return damped(lambdaOf(options)).apply(v);
    },
    solve: (v, options = {}) => shifted("solve", v, options).x,
    solution: (v, options = {}) => {
      const { x, lambda } = shifted("solution", v, options);
      const rest = sub(v, damped(lambda).apply(x));
      const [left, whole] = [sum(square(rest)), sum(square(v))];
      const known = greater(whole, 0);
      const residual = sqrt(div(where(known, left, 0), where(known, whole, 1)));
      return { x, lambda: broadcastTo(lambda, [matrices]), residual };
    },
    prepare: (keep, options = {}) => {
      const { solve, lambda } = chosen(preparing, options)(keep, lambdaOf(options), options);
      const checked = (operation: string, v: Node) => {
        check(operation, v);
        return v;
      };
      return {
        solve: (v) => solve(checked("solve", v)),
        apply: (v) => keepApply(keep)(checked("apply", v)),
        damped: (v) => {
          const whole = parts.damp?.(lambda(), keep) ?? damped(lambda(), keepApply(keep));
          return whole.apply(checked("damped", v));
        },
        lambda,
      };
    },
    inverseSqrt: (v, options = {}) => {
      check("inverseSqrt", v);
      const lambda = lambdaOf(options);
      return parts.inverseSqrt?.(v, lambda, options) ?? byFactor(lambda).inverseSqrt(v);
    },
    trace,
    diagonal,
    logdet: (options = {}) => {
      const lambda = lambdaOf(options);
      return parts.logdet?.(lambda, options) ?? byFactor(lambda).logdet();
    },
    quadratic: (v) => sum(mul(v, applied("quadratic", v))),
    sample: (options) =>
      parts.sample?.(options) ?? factored(explicit(), m, columns, asNode(0)).sample(d, options),
    toMatrices,
    toDense: () => spread(toMatrices(), m, columns),
    accumulate:
      parts.accumulate ??
      ((base, alpha, beta) => {
        const own = mul(toMatrices(), alpha);
        return base === null ? own : add(own, mul(base, beta));
      }),
    cost: costs[0],
    costs,
  };
}

/** "80 × [785, 785]", and what one matrix is for. */
export function layoutOf({ d, m, columns }: Pick<Block, "d" | "m" | "columns">): string {
  if (columns === "own") return `${m} × [${d}, ${d}]`;
  const size = columns === "coupled" ? d * m : d;
  const units = columns === "coupled" ? `over ${m} units` : `for ${m} units`;
  return `1 × [${size}, ${size}]${m > 1 ? `, ${units}` : ""}`;
}

/** Throws ShapeError unless v is [d, m]. */
export function checkVector(where: string, v: Node, d: number, m: number): void {
  const shape = v?.shape;
  if (shape?.length === 2 && shape[0] === d && shape[1] === m) return;
  throw new ShapeError({
    where,
    must: `the vector must be [${d}, ${m}] like the parameter`,
    got: shape === undefined ? String(v) : showShape(shape),
    todo: "reshape it",
  });
}

function tooLarge(form: string, matrices: number, size: number): MetricError {
  const bytes = ((4 * matrices * size * size) / 2 ** 30).toFixed(1);
  return new MetricError({
    where: form,
    must: `explicit matrices must fit in ${explicitLimit / 2 ** 30} GiB`,
    got: `${matrices} × [${size}, ${size}], ${bytes} GiB`,
    todo: 'solve by "woodbury" or "cg", or use a cheaper block (kronecker, quasiDiagonal, diagonal)',
  });
}

function noCount(form: string, got: unknown): MetricError {
  return new MetricError({
    where: `${form}, solve`,
    must: "iterations must be a positive integer",
    got: String(got),
    todo: "pass { iterations: 50 }, or leave it out",
  });
}

function unknownSolver(form: string, got: string, known: readonly string[]): MetricError {
  return new MetricError({
    where: `${form}, solve`,
    must: `solver must be one of ${known.join(", ")}`,
    got,
    todo: "choose one of them, or leave it to the cost model",
  });
}
