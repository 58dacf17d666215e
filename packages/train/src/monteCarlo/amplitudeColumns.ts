import { type Node, slice, squeeze } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";

/** ln|ψ| and the phase, [n] each. The phase is null for a real ψ. */
export interface AmplitudeColumns {
  readonly modulus: Node;
  readonly phase: Node | null;
}

/** Splits ln ψ, or another value, into its real part and its imaginary part if it has one. Throws ShapeError. */
export function amplitudeColumns(where: string, what: string, value: Node): AmplitudeColumns {
  const { shape } = value;
  if (shape.length === 1) return { modulus: value, phase: null };
  const [, m = 0] = shape;
  if (shape.length !== 2 || m < 1 || m > 2) {
    throw new ShapeError({
      where,
      must: `${what} must be [n] or [n, 1], or [n, 2] with an imaginary part`,
      got: showShape(shape),
      todo: "give a value per sample",
    });
  }
  const column = (at: number) => squeeze(slice(value, [null, [at, at + 1]]), 1);
  return { modulus: column(0), phase: m === 2 ? column(1) : null };
}
