import type { Step, StepKind } from "./step.ts";
import type { View } from "./view.ts";

/** Replaces the views that a step reads and writes. */
export interface ViewMapper {
  /** For what is read. */
  readonly read: (view: View) => View;
  /** For what is written. */
  readonly write: (view: View) => View;
}

type Rule<K extends StepKind> = (
  step: Extract<Step, { readonly kind: K }>,
  map: ViewMapper,
) => Extract<Step, { readonly kind: K }>;

const optional = (view: View | null, map: (view: View) => View) =>
  view === null ? null : map(view);

const rules: { readonly [K in StepKind]: Rule<K> } = {
  map: (s, m) => ({ ...s, inputs: s.inputs.map(m.read), outputs: s.outputs.map(m.write) }),
  reduce: (s, m) => ({ ...s, inputs: s.inputs.map(m.read), outputs: s.outputs.map(m.write) }),
  argReduce: (s, m) => ({ ...s, input: m.read(s.input), output: m.write(s.output) }),
  matmul: (s, m) => {
    const next = { ...s, a: m.read(s.a), b: m.read(s.b), outputs: s.outputs.map(m.write) };
    if (s.epilogue === undefined) return next;
    return { ...next, epilogue: { ...s.epilogue, inputs: s.epilogue.inputs.map(m.read) } };
  },
  gather: (s, m) => ({
    ...s,
    source: m.read(s.source),
    indices: m.read(s.indices),
    output: m.write(s.output),
  }),
  scatterAdd: (s, m) => ({
    ...s,
    indices: m.read(s.indices),
    updates: m.read(s.updates),
    output: m.write(s.output),
  }),
  copy: (s, m) => ({ ...s, input: m.read(s.input), output: m.write(s.output) }),
  random: (s, m) => ({ ...s, state: m.read(s.state), output: m.write(s.output) }),
  gram: (s, m) => ({
    ...s,
    x: m.read(s.x),
    nu: optional(s.nu, m.read),
    base: optional(s.base, m.read),
    output: m.write(s.output),
  }),
  cholesky: (s, m) => ({
    ...s,
    a: m.read(s.a),
    shift: optional(s.shift, m.read),
    output: m.write(s.output),
    used: optional(s.used, m.write),
  }),
  triangularSolve: (s, m) => ({
    ...s,
    l: m.read(s.l),
    rhs: m.read(s.rhs),
    output: m.write(s.output),
  }),
  eigh: (s, m) => ({
    ...s,
    a: m.read(s.a),
    output: m.write(s.output),
    values: optional(s.values, m.write),
  }),
};

/** The same step on other views. */
export function mapViews(step: Step, map: ViewMapper): Step {
  const mapped = (rules[step.kind] as Rule<StepKind>)(step as never, map);
  return step.when === undefined ? mapped : { ...mapped, when: map.read(step.when) };
}

/** The views that a step reads and writes. */
export function stepViews(step: Step): { readonly reads: View[]; readonly writes: View[] } {
  const reads: View[] = [];
  const writes: View[] = [];
  mapViews(step, {
    read: (view) => {
      reads.push(view);
      return view;
    },
    write: (view) => {
      writes.push(view);
      return view;
    },
  });
  return { reads, writes };
}
