import type { PlainStep } from "./step.ts";
import type { View } from "./view.ts";

/** What a step does with the views in one of its fields. */
export interface FieldUse {
  /** Whether the step writes the views. Otherwise it reads them. */
  readonly writes: boolean;
  /** Whether an output of the step may be the identical view. */
  readonly inPlace: boolean;
}

const read: FieldUse = { writes: false, inPlace: false };
const readInPlace: FieldUse = { writes: false, inPlace: true };
const write: FieldUse = { writes: true, inPlace: false };

/** The value of a field that holds views: one view, null, a list of views, or a list of views beside expressions. */
export type Viewed = View | readonly View[] | { readonly inputs: readonly View[] } | null;

type PlainKind = PlainStep["kind"];
type StepOf<K extends PlainKind> = Extract<PlainStep, { readonly kind: K }>;
/** The names of the fields of a step that hold views, without `when`. */
type ViewedFields<S> = Exclude<
  { [F in keyof S]-?: NonNullable<S[F]> extends NonNullable<Viewed> ? F : never }[keyof S],
  "when"
>;

/**
 * The fields that hold views, for each kind of step. Everything about what steps read and write follows from this table.
 *
 * The order is that of {@link partsOf}. The field `when`, which every kind may have, is not in the table; it is read.
 */
export const stepFields: {
  readonly [K in PlainKind]: { readonly [F in ViewedFields<StepOf<K>>]: FieldUse };
} = {
  map: { inputs: readInPlace, outputs: write },
  reduce: { inputs: read, outputs: write },
  rows: { inputs: read, outputs: write },
  argReduce: { input: read, output: write },
  sort: { input: read, output: write },
  matmul: { a: read, b: read, epilogue: readInPlace, outputs: write },
  convolve: { a: read, b: read, output: write },
  gather: { source: read, indices: read, output: write },
  scatterAdd: { indices: read, updates: read, output: write },
  copy: { input: read, output: write },
  random: { state: read, output: write },
  gram: { x: read, nu: read, base: readInPlace, output: write },
  cholesky: { a: read, shift: read, output: write, used: write },
  triangularSolve: { l: read, rhs: readInPlace, output: write },
  eigh: { a: read, output: write, values: write },
};

/** A field of a step, its value, and what the step does with the views in it. */
export interface FieldOf extends FieldUse {
  /** The name of the field. */
  readonly field: string;
  /** The value of the field. */
  readonly value: Viewed;
}

/** The fields of a step that hold views. */
export function fieldsOf(step: PlainStep): FieldOf[] {
  const values = step as unknown as Readonly<Record<string, Viewed | undefined>>;
  return Object.entries<FieldUse>(stepFields[step.kind]).map(([field, use]) => {
    return { field, value: values[field] ?? null, ...use };
  });
}

/** The views in the value of a field. */
export function viewsIn(value: Viewed): readonly View[] {
  if (value === null) return [];
  if ("inputs" in value) return value.inputs;
  return "buffer" in value ? [value] : value;
}
