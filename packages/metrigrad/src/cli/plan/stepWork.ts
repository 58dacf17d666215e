import {
  byKind,
  type Plan,
  partsOf,
  type Step,
  type StepTable,
  sizeOf,
  storageBytes,
  type View,
} from "@metrigrad/tensor";

/** The kinds of work whose rates are measured. */
export const workKinds = [
  "product",
  "gram",
  "cholesky",
  "solve",
  "eigh",
  "elementwise",
  "gather",
] as const;

/** One of them. */
export type WorkKind = (typeof workKinds)[number];

/** The work of a step of a plan. */
export interface Work {
  readonly kind: WorkKind;
  /** How often it is done: the number of matrices, times the turns of loops. */
  readonly count: number;
  /** Additions and multiplications of one time; bytes for "elementwise" and "gather". */
  readonly each: number;
  /** The bytes that one time reads and writes. */
  readonly bytes: number;
  /** The share of it that is work on the metric, in [0, 1]. */
  readonly metric: number;
}

/** The additions and multiplications of an eigenvalue problem with vectors are about this multiple of d³. */
const eighWork = 9;

type Sized = Pick<Work, "kind" | "count" | "each">;

/** Returns the work of a plan, a piece for each step; the body of a loop counts with its turns. */
export function worksOf({ steps, buffers }: Plan): readonly Work[] {
  const bytesOf = (view: View) => {
    const lanes = view.shape.filter((_, axis) => view.strides[axis] !== 0);
    return sizeOf(lanes) * storageBytes[buffers[view.buffer]?.dtype ?? "f32"];
  };
  const of = (step: Step): readonly Work[] => {
    const { metric = 0 } = step;
    if (step.kind === "loop") {
      const body = step.body.flatMap(of);
      return body.map((work) => ({ ...work, count: work.count * step.turns, metric }));
    }
    const { inputs, outputs } = partsOf(step);
    // A gather reads as much of its source as it writes.
    const read = step.kind === "gather" ? outputs : inputs;
    const bytes = [...read, ...outputs].reduce((sum, { view }) => sum + bytesOf(view), 0);
    const { kind, count, each } = byKind(sizes, step) ?? {
      kind: step.kind === "gather" ? "gather" : "elementwise",
      count: 1,
      each: bytes,
    };
    return [{ kind, count, each, bytes: bytes / Math.max(1, count), metric }];
  };
  return steps.flatMap(of);
}

const order = ({ shape }: View) => shape.at(-1) ?? 0;
const matrices = ({ shape }: View) => sizeOf(shape.slice(0, -2));

const moved = () => null;

/** The arithmetic of a step; null where it is its bytes that take time. */
const sizes: StepTable<Sized | null> = {
  matmul: ({ a, b, groups = { rows: 1, inner: 1 } }) => {
    const last = groups.rows + groups.inner;
    const count = sizeOf(a.shape.slice(0, -last));
    const rows = sizeOf(a.shape.slice(-last, -groups.inner));
    return { kind: "product", count, each: (2 * sizeOf(b.shape) * rows) / Math.max(1, count) };
  },
  convolve: ({ a, b, shift }) => {
    const places = b.shape.slice(-shift.length);
    return { kind: "product", count: 1, each: 2 * sizeOf(a.shape) * sizeOf(places) };
  },
  gram: ({ x, output }) => {
    const [n = 0, d = 0] = x.shape.slice(-2);
    return { kind: "gram", count: matrices(output), each: n * d * (d + 1) };
  },
  cholesky: ({ a }) => ({ kind: "cholesky", count: matrices(a), each: order(a) ** 3 / 3 }),
  triangularSolve: ({ l, rhs }) => ({
    kind: "solve",
    count: matrices(rhs),
    each: order(l) ** 2 * order(rhs),
  }),
  eigh: ({ a }) => ({ kind: "eigh", count: matrices(a), each: eighWork * order(a) ** 3 }),
  ...{ map: moved, reduce: moved, rows: moved, argReduce: moved, gather: moved, loop: moved },
  ...{ scatterAdd: moved, copy: moved, random: moved, sort: moved },
};
