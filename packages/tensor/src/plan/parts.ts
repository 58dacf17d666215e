import type { Expr } from "../expr/expr.ts";
import { type FieldOf, fieldsOf, viewsIn } from "./fields.ts";
import type { PlainStep, Step, StepKind } from "./step.ts";
import type { View } from "./view.ts";

/** A view that a step reads. */
export interface StepInput {
  /** Its field in the step: `a`, `inputs[1]`. */
  readonly role: string;
  /** What is read. */
  readonly view: View;
  /** Whether an output may be the identical view. */
  readonly inPlace: boolean;
}

/** A view that a step writes. */
export interface StepOutput {
  /** Its field in the step: `output`, `outputs[1]`. */
  readonly role: string;
  /** What is written. */
  readonly view: View;
}

/** What a step reads, writes and computes with. */
export interface StepParts {
  /** Everything it reads. */
  readonly inputs: readonly StepInput[];
  /** Everything it writes. */
  readonly outputs: readonly StepOutput[];
  /** Its scalar expressions. */
  readonly exprs: readonly Expr[];
}

/** One function per step kind. */
export type StepTable<R> = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => R };

/** Applies the function of a step's kind. */
export function byKind<R>(table: StepTable<R>, step: Step): R {
  return (table[step.kind] as (step: Step) => R)(step);
}

/** The views of a field with what they are called. */
function named({ field, value }: FieldOf): StepOutput[] {
  const views = viewsIn(value);
  if (value === null || "buffer" in value) return views.map((view) => ({ role: field, view }));
  const list = "inputs" in value ? "inputs" : field;
  return views.map((view, i) => ({ role: `${list}[${i}]`, view }));
}

function exprsOf(step: PlainStep): readonly Expr[] {
  if ("exprs" in step) return step.exprs;
  if (step.kind === "rows") return step.stages.map(({ expr }) => expr);
  return ("epilogue" in step && step.epilogue?.exprs) || [];
}

/** The views and expressions of any step; a loop has those of its body. */
export function partsOf(step: Step): StepParts {
  const inputs: StepInput[] = [];
  const outputs: StepOutput[] = [];
  if (step.kind === "loop") {
    const inner = step.body.map(partsOf);
    const within = <T extends StepOutput>(at: number, part: T): T => {
      return { ...part, role: `body[${at}].${part.role}` };
    };
    // What is in place for a step need not be for the loop: another turn may read it.
    inner.forEach((parts, at) => {
      for (const part of parts.inputs) inputs.push({ ...within(at, part), inPlace: false });
      for (const part of parts.outputs) outputs.push(within(at, part));
    });
    if (step.when !== undefined) inputs.push({ role: "when", view: step.when, inPlace: false });
    return { inputs, outputs, exprs: inner.flatMap(({ exprs }) => exprs) };
  }
  for (const field of fieldsOf(step)) {
    if (field.writes) outputs.push(...named(field));
    else for (const one of named(field)) inputs.push({ ...one, inPlace: field.inPlace });
  }
  if (step.when !== undefined) inputs.push({ role: "when", view: step.when, inPlace: false });
  return { inputs, outputs, exprs: exprsOf(step) };
}
