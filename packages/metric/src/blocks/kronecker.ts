import {
  add,
  asNode,
  cholesky,
  choleskyLogdet,
  choleskySolve,
  diagonal,
  div,
  eigh,
  expandDims,
  eye,
  log,
  matmul,
  maximum,
  mul,
  type Node,
  normal,
  reshape,
  sqrt,
  sum,
  trace,
  transpose,
  triangularSolve,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import { checkOptions } from "../core/arguments.ts";
import type { Block } from "./block.ts";
import { kroneckerCosts } from "./cost.ts";
import type { Damp } from "./damped.ts";
import { type BlockParts, defBlock } from "./defBlock.ts";
import { identities, ones, zeros } from "./first.ts";
import { type Hold, held } from "./hold.ts";
import { inverseOf } from "./inverseOf.ts";
import { heldLambda } from "./solvers.ts";

/**
 * Options of {@link kronecker}.
 *
 * @category Metrics: blocks
 */
export interface KroneckerOptions {
  /** The name of the block, for {@link explain}; "kronecker" by default. */
  readonly form?: string;
  /**
   * Whether the damping is split between the factors; false by default.
   *
   * Then (A + π√λ I) ⊗ (G + √λ/π I) stands in the place of A ⊗ G + λI, with π² = (tr A/d)/(tr G/m) (Martens and
   * Grosse 2015, section 6.3). It takes two Cholesky factors instead of two eigenvalue problems.
   */
  readonly split?: boolean;
}

/**
 * Makes a metric that is a Kronecker product: g = A ⊗ G, over the parameter flattened row-major.
 *
 * Its product is gV = AVG. It is solved exactly through the eigenvectors of both factors: with A = PΛP' and G = QΓQ',
 * (g + λI)⁻¹V = P((P'VQ)/(ΛΓ' + λ))Q'. Its roots, draws and determinants use the same eigenvectors.
 *
 * {@includeCode ../../../../examples/api/metric/kronecker.ts#example}
 *
 * @param a - The symmetric factor A over the rows of the parameter, [d, d].
 * @param g - The symmetric factor G over the columns of the parameter, [m, m].
 * @param options - The name of the block, and whether the damping is split.
 * @returns A block over a parameter [d, m] with coupled columns.
 * @throws {@link ShapeError} if a factor is not a square matrix.
 * @category Metrics: blocks
 */
export function kronecker(a: Node, g: Node, options: KroneckerOptions = {}): Block {
  checkOptions("kronecker", options, ["form", "split"]);
  const { form = "kronecker", split = false } = options;
  const [d = 0, m = 0] = [a.shape[0], g.shape[0]];
  if (showShape(a.shape) !== showShape([d, d]) || showShape(g.shape) !== showShape([m, m])) {
    throw new ShapeError({
      where: form,
      must: "factors must be [d, d] and [m, m]",
      got: `${showShape(a.shape)} and ${showShape(g.shape)}`,
      todo: "pass one matrix over the rows of the parameter and one over its columns",
    });
  }
  const shared = {
    kind: "kronecker",
    form,
    d,
    m,
    n: null,
    columns: "coupled",
    layout: `[${d}, ${d}] ⊗ [${m}, ${m}]`,
    costs: kroneckerCosts(d, m, split),
    factors: [a, g],
    averagedBy: {
      values: { a: { value: a, init: identities }, g: { value: g, init: identities } },
      block: (kept) => kronecker(kept.a as Node, kept.g as Node, options),
    },
    apply: (v: Node, hold: Hold | null) =>
      times(held(hold, "a", a, zeros), v, held(hold, "g", g, zeros)),
    trace: () => reshape(mul(trace(a), trace(g)), [1]),
    diagonal: () => outer(diagonal(a), diagonal(g)),
    toMatrices: () => product(a, g),
  } as const satisfies Partial<BlockParts>;
  return split ? splitBlock(shared, a, g) : eigenBlock(shared, a, g);
}

/** Stands for a mean of 0 on a factor's diagonal, so that 1/√least and its square are numbers in float32. */
const least = 1e-30;

function eigenBlock(shared: BlockParts, a: Node, g: Node): Block {
  const { d, m } = shared;
  const spectrum = () => {
    const [left, right] = [eigh(a), eigh(g)];
    // Rounding can make an eigenvalue of 0 slightly negative.
    const values = outer(maximum(left.values, 0), maximum(right.values, 0));
    return { p: left.vectors, q: right.vectors, values };
  };
  /** P(f(ΛΓ')∘(P'VQ))Q'. */
  const through = (v: Node, f: (values: Node) => Node) => {
    const { p, q, values } = spectrum();
    return times(p, mul(f(values), within(p, v, q)), transpose(q));
  };
  return defBlock({
    ...shared,
    solvers: {
      kronecker: (lambda, hold, options) => ({
        solve: (v) => {
          const { p, q, values } = spectrum();
          const [left, right] = [held(hold, "p", p, identities), held(hold, "q", q, identities)];
          const scale = held(hold, "scale", div(1, add(values, lambda)), ones);
          return times(left, mul(scale, within(left, v, right)), transpose(right));
        },
        lambda: () => heldLambda(hold, lambda, options),
      }),
    },
    inverseSqrt: (v, lambda) => through(v, (values) => div(1, sqrt(add(values, lambda)))),
    logdet: (lambda) => reshape(sum(log(add(spectrum().values, lambda))), [1]),
    sample: (options) => through(normal([d, m], options), sqrt),
  });
}

function splitBlock(shared: BlockParts, a: Node, g: Node): Block {
  const { d, m } = shared;
  const shifts = (lambda: Node, [a, g]: readonly [Node, Node]) => {
    // Where one factor is 0 the sum is almost λI, as the exact one is. Where both are 0, π is 1.
    const [left, right] = [div(trace(a), d), div(trace(g), m)].map((one) => maximum(one, least));
    const [root, pi] = [sqrt(lambda), sqrt(div(left as Node, right as Node))];
    return { left: reshape(mul(root, pi), []), right: reshape(div(root, pi), []) };
  };
  const factors = (lambda: Node) => {
    const { left, right } = shifts(lambda, [a, g]);
    return { l: cholesky(a, { shift: left }), r: cholesky(g, { shift: right }) };
  };
  const damp: Damp = (lambda, hold) => {
    const [ownA, ownG] = [held(hold, "a", a, zeros), held(hold, "g", g, zeros)];
    const { left, right } = shifts(lambda, [ownA, ownG]);
    const [b, h] = [add(ownA, mul(left, eye(d))), add(ownG, mul(right, eye(m)))];
    return {
      apply: (v) => times(b, v, h),
      diagonal: () => outer(diagonal(b), diagonal(h)),
      explicit: () => ({ matrices: product(b, h), shift: asNode(0), lambda }),
    };
  };
  return defBlock({
    ...shared,
    damp,
    solvers: {
      kronecker: (lambda, hold, options) => ({
        solve: (v) => {
          const { l, r } = factors(lambda);
          if (hold === null) return transpose(choleskySolve(r, transpose(choleskySolve(l, v))));
          const left = held(hold, "left", inverseOf(l), identities);
          return times(left, v, held(hold, "right", inverseOf(r), identities));
        },
        lambda: () => heldLambda(hold, lambda, options),
      }),
    },
    inverseSqrt: (v, lambda) => {
      const { l, r } = factors(lambda);
      const half = triangularSolve(l, v, { transpose: true });
      return transpose(triangularSolve(r, transpose(half), { transpose: true }));
    },
    logdet: (lambda) => {
      const { l, r } = factors(lambda);
      return reshape(add(mul(choleskyLogdet(l), m), mul(choleskyLogdet(r), d)), [1]);
    },
    sample: (options) => {
      const left = matmul(cholesky(a), normal([d, m], options));
      return matmul(left, cholesky(g), { transposeB: true });
    },
  });
}

/** Returns LVR. */
function times(left: Node, v: Node, right: Node): Node {
  return matmul(matmul(left, v), right);
}

/** Returns P'VQ. */
function within(p: Node, v: Node, q: Node): Node {
  return matmul(matmul(p, v, { transposeA: true }), q);
}

function outer(left: Node, right: Node): Node {
  return mul(expandDims(left, 1), expandDims(right, 0));
}

/** Returns L ⊗ R as [1, dm, dm]. */
function product(left: Node, right: Node): Node {
  const [d = 0, m = 0] = [left.shape[0], right.shape[0]];
  const all = mul(reshape(left, [d, 1, d, 1]), reshape(right, [1, m, 1, m]));
  return reshape(all, [1, d * m, d * m]);
}
