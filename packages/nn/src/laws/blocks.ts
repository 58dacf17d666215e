import {
  concat,
  div,
  expandDims,
  eye,
  maximum,
  mul,
  type Node,
  slice,
  sqrt,
  square,
  sub,
} from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";

/** Returns values [n, m] as diagonal matrices [n, m, m]. */
export function asDiagonal(values: Node): Node {
  return mul(expandDims(values, 2), eye(values.shape[1] as number));
}

/**
 * Returns the parameters of independent responses that have several each: k nodes [n, m] of h [n, k·m], all first
 * parameters first. Throws ShapeError if the width is not a multiple of k.
 */
export function parametersOf(where: string, names: readonly string[], h: Node): readonly Node[] {
  const k = names.length;
  const [, width = 0] = h.shape;
  if (h.shape.length === 2 && width > 0 && width % k === 0) {
    const m = width / k;
    return names.map((_, at) => slice(h, [null, [at * m, (at + 1) * m]]));
  }
  throw new ShapeError({
    where,
    must: `h must be [n, ${k}m], the columns of ${names.join(" beside those of ")}`,
    got: showShape(h.shape),
    todo: `let the model have ${k} outputs for each response`,
  });
}

/** A symmetric or triangular matrix of two by two, with elements [n, m] each. */
export interface TwoByTwo {
  readonly first: Node;
  /** The element below the diagonal. */
  readonly across: Node;
  readonly second: Node;
}

/**
 * Returns matrices of single responses as matrices of rows, [n, 2m, 2m]. The element above the diagonal is that below it if
 * `symmetric`, else 0.
 */
export function blocksOf({ first, across, second }: TwoByTwo, symmetric: boolean): Node {
  const [a, b, c] = [asDiagonal(first), asDiagonal(across), asDiagonal(second)];
  return concat([concat([a, symmetric ? b : mul(b, 0)], 2), concat([b, c], 2)], 1);
}

/** Returns L with LL' = F, two by two. */
export function rootOf({ first, across, second }: TwoByTwo): TwoByTwo {
  const root = sqrt(first);
  // Rounding must not bring it below 0.
  const rest = maximum(sub(second, div(square(across), first)), 0);
  return { first: root, across: div(across, root), second: sqrt(rest) };
}
