import { add, broadcastTo, mul, type Node, type RandomOptions, sum } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type {
  AveragedBy,
  Block,
  BlockCost,
  Columns,
  DampedOptions,
  MadeOf,
  Solver,
} from "./block.ts";
import { spread } from "./columns.ts";
import { type Damp, damping } from "./damped.ts";
import { shiftOf } from "./damping.ts";
import { factored } from "./factored.ts";
import type { Hold } from "./hold.ts";
import { prepared, type Solve, solversOf } from "./solvers.ts";

/** What a kind of block states; `defBlock` derives the rest. The names are those of Block. */
export interface BlockParts {
  readonly kind: string;
  readonly form: string;
  readonly d: number;
  readonly m: number;
  readonly n: number | null;
  readonly columns: Columns;
  /** By default the number and the shape of the matrices. */
  readonly layout?: string;
  /** The costs of the solvers, the preferred one first. */
  readonly costs: readonly [BlockCost, ...BlockCost[]];
  readonly rowFloats?: number;
  /** Multiplies by g. With a Hold it uses held values, which are 0 at first. */
  readonly apply: (v: Node, hold: Hold | null) => Node;
  readonly trace: () => Node;
  readonly diagonal: () => Node;
  readonly toMatrices: () => Node;
  readonly accumulate?: (base: Node | null, alpha: number, beta: number) => Node;
  readonly factors?: readonly [Node, Node];
  readonly diagonalValues?: Node;
  readonly averagedBy?: AveragedBy;
  readonly madeOf?: MadeOf;
  readonly solveOutputs?: NonNullable<Block["solveOutputs"]>;
  /** The matrix in the place of g + λI, if damping is not that sum. */
  readonly damp?: Damp;
  /** The solvers beside "dense" and "cg". */
  readonly solvers?: { readonly [S in Solver]?: Solve };
  /** The root of the inverse. If it is absent or returns null, the explicit matrices give it. */
  readonly inverseSqrt?: (v: Node, lambda: Node, options: DampedOptions) => Node | null;
  /** The logarithm of the determinant. If it is absent or returns null, the explicit matrices give it. */
  readonly logdet?: (lambda: Node, options: DampedOptions) => Node | null;
  /** A draw from N(0, g); by default through the explicit matrices. */
  readonly sample?: (options: RandomOptions) => Node;
}

/**
 * Makes a block with all operations. What a kind leaves out is computed from the explicit matrices and the diagonal.
 */
export function defBlock(parts: BlockParts): Block {
  const { kind, form, d, m, n, columns, costs, trace, diagonal, toMatrices } = parts;
  const matrices = columns === "own" ? m : 1;
  const size = columns === "coupled" ? d * m : d;
  const damp = damping(parts);
  const solvers = solversOf({ form, m, columns, size, damp }, parts.solvers);
  const lambdaOf = ({ damping: by = {} }: DampedOptions) =>
    broadcastTo(shiftOf(by, trace, size), [matrices]);
  const check = (operation: string, v: Node) => checkVector(`${form}, ${operation}`, v, d, m);
  const byFactor = (lambda: Node, { float }: DampedOptions) =>
    factored(damp(lambda, null).explicit(float), { m, columns });
  const apply = (operation: string, v: Node) => {
    check(operation, v);
    return parts.apply(v, null);
  };
  const prepare: Block["prepare"] = (hold, options = {}) =>
    prepared({ form, check, apply: parts.apply, damp, matrices }, solvers, {
      chosen: options.solver ?? costs[0].solver,
      lambda: lambdaOf(options),
      hold,
      options,
    });
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
    diagonalValues: parts.diagonalValues ?? null,
    averagedBy: parts.averagedBy ?? null,
    madeOf: parts.madeOf ?? null,
    copies: null,
    rowFloats: parts.rowFloats ?? 0,
    addsDamping: parts.damp === undefined,
    apply: (v) => apply("apply", v),
    damped: (v, options = {}) => {
      check("damped", v);
      return damp(lambdaOf(options), null).apply(v);
    },
    solve: (v, options = {}) => prepare(null, options).solve(v),
    solveOutputs: parts.solveOutputs ?? null,
    prepare,
    inverseSqrt: (v, options = {}) => {
      check("inverseSqrt", v);
      const lambda = lambdaOf(options);
      return parts.inverseSqrt?.(v, lambda, options) ?? byFactor(lambda, options).inverseSqrt(v);
    },
    trace,
    diagonal,
    logdet: (options = {}) => {
      const lambda = lambdaOf(options);
      return parts.logdet?.(lambda, options) ?? byFactor(lambda, options).logdet();
    },
    quadratic: (v) => sum(mul(v, apply("quadratic", v))),
    sample: (options) => parts.sample?.(options) ?? byFactor(lambdaOf({}), {}).sample(d, options),
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

/** Returns the matrices in words: "80 × [785, 785]", or one matrix and what it is for. */
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
