import { add, mul, type Node } from "@metrigrad/graph";
import { type FloatType, MetricError, storageBytes } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { perColumn } from "./columns.ts";
import type { Hold } from "./hold.ts";

/** The damped matrix g + λI, or the matrix that a kind of block has in its place. */
export interface Damped {
  /** Multiplies by it. */
  readonly apply: (v: Node) => Node;
  /** Returns its diagonal, [d, m] or a shape that broadcasts to it. */
  readonly diagonal: () => Node;
  /**
   * Returns the explicit matrices. Throws MetricError if they take more bytes than `explicitLimit`, as elements of
   * the given type.
   */
  readonly explicit: (float?: FloatType) => Explicit;
}

/** Explicit matrices and what damping adds to them. */
export interface Explicit {
  /** The matrices, [matrices, size, size]. */
  readonly matrices: Node;
  /** What is added to the diagonals, [matrices] or []. */
  readonly shift: Node;
  /** The damping λ. It equals `shift` where damping is the sum g + λI. */
  readonly lambda: Node;
}

/** Makes the damped matrix at a λ [matrices]. With a Hold, its products use the held values. */
export type Damp = (lambda: Node, hold: Hold | null) => Damped;

/** The most bytes of matrices that are made without being asked for by name. */
export const explicitLimit = 2 ** 31;

/** What damping needs to know of a kind of block. */
interface Undamped extends Pick<Block, "form" | "d" | "m" | "columns" | "diagonal" | "toMatrices"> {
  readonly apply: (v: Node, hold: Hold | null) => Node;
}

/**
 * Says how a kind of block is damped: by the sum g + λI unless the kind has its own way. Explicit matrices have a
 * limit.
 */
export function damping(parts: Undamped & { readonly damp?: Damp }): Damp {
  const { d, m, columns, form } = parts;
  const size = columns === "coupled" ? d * m : d;
  const matrices = columns === "own" ? m : 1;
  const damp = parts.damp ?? sum(parts);
  return (lambda, hold) => {
    const damped = damp(lambda, hold);
    const explicit = (float: FloatType = "f32") => {
      const bytes = storageBytes[float] * matrices * size * size;
      if (bytes <= explicitLimit) return damped.explicit();
      throw tooLarge(form, `${matrices} × [${size}, ${size}]`, bytes);
    };
    return { ...damped, explicit };
  };
}

/** Damps by the sum g + λI. */
function sum({ apply, diagonal, toMatrices, columns }: Undamped): Damp {
  return (lambda, hold) => {
    const by = perColumn(lambda, columns);
    return {
      apply: (v) => add(apply(v, hold), mul(v, by)),
      diagonal: () => add(diagonal(), by),
      explicit: () => ({ matrices: toMatrices(), shift: lambda, lambda }),
    };
  };
}

function tooLarge(form: string, layout: string, bytes: number): MetricError {
  return new MetricError({
    where: form,
    must: `explicit matrices must fit in ${explicitLimit / 2 ** 30} GiB`,
    got: `${layout}, ${(bytes / 2 ** 30).toFixed(1)} GiB`,
    todo: 'solve by "woodbury" or "cg", or use a cheaper block (kronecker, quasiDiagonal, diagonal)',
  });
}
