import { add, mul, type Node } from "@metrigrad/graph";
import { type FloatType, MetricError, storageBytes } from "@metrigrad/tensor";
import type { Block } from "./block.ts";
import { perColumn } from "./columns.ts";
import type { Hold } from "./hold.ts";

/** g + λI, or what a kind has in its place. */
export interface Damped {
  readonly apply: (v: Node) => Node;
  /** [d, m], or what broadcasts to it. */
  readonly diagonal: () => Node;
  /** Throws MetricError where they are larger in these floats, `"f32"` by default, than `explicitLimit`. */
  readonly explicit: (float?: FloatType) => Explicit;
}

/** Matrices [matrices, size, size], and what is added to their diagonals, [matrices] or []. */
export interface Explicit {
  readonly matrices: Node;
  readonly shift: Node;
  /** λ, which `shift` is where damping is a sum. */
  readonly lambda: Node;
}

/** The damped matrix at a λ [matrices]; its products are of held values where a Hold is given. */
export type Damp = (lambda: Node, hold: Hold | null) => Damped;

/** Largest set of matrices that is made where it was not asked for by name, in bytes. */
export const explicitLimit = 2 ** 31;

/** What damping needs to know of a kind. */
interface Undamped extends Pick<Block, "form" | "d" | "m" | "columns" | "diagonal" | "toMatrices"> {
  readonly apply: (v: Node, hold: Hold | null) => Node;
}

/** How a kind is damped: by the sum g + λI unless it says otherwise. Explicit matrices have a limit. */
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

/** g + λI. */
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
