import type { Expr } from "../expr/expr.ts";
import { type FieldOf, fieldsOf, viewsIn } from "./fields.ts";
import type { PlainStep, Step, StepKind } from "./step.ts";
import type { View } from "./view.ts";

/**
 * A view that a step reads.
 *
 * @category For authors of backends
 */
export interface StepInput {
  /** The field of the step that holds the view, such as `a` or `inputs[1]`. */
  readonly role: string;
  /** The view. */
  readonly view: View;
  /** Whether an output of the step may be the identical view. */
  readonly inPlace: boolean;
}

/**
 * A view that a step writes.
 *
 * @category For authors of backends
 */
export interface StepOutput {
  /** The field of the step that holds the view, such as `output` or `outputs[1]`. */
  readonly role: string;
  /** The view. */
  readonly view: View;
}

/**
 * The views that a step reads and writes, and the expressions that it computes.
 *
 * @category For authors of backends
 */
export interface StepParts {
  /** The views that the step reads. */
  readonly inputs: readonly StepInput[];
  /** The views that the step writes. */
  readonly outputs: readonly StepOutput[];
  /** The scalar expressions of the step. */
  readonly exprs: readonly Expr[];
}

/**
 * A table with one function for each kind of step.
 *
 * @category For authors of backends
 */
export type StepTable<R> = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => R };

/**
 * Calls the function that a table has for the kind of a step.
 *
 * @param table - One function per kind.
 * @param step - The step.
 * @returns The function's result.
 * @nothrow
 * @category For authors of backends
 */
export function byKind<R>(table: StepTable<R>, step: Step): R {
  return (table[step.kind] as (step: Step) => R)(step);
}

/** The views of a field, with their roles. */
function named({ field, value }: FieldOf): StepOutput[] {
  const views = viewsIn(value);
  if (value === null || "buffer" in value) return views.map((view) => ({ role: field, view }));
  const list = "inputs" in value ? "inputs" : field;
  return views.map((view, i) => ({ role: `${list}[${i}]`, view }));
}

/** The scalar expressions of a step that is no loop. */
function exprsOf(step: PlainStep): readonly Expr[] {
  if ("exprs" in step) return step.exprs;
  if (step.kind === "rows") return step.stages.map(({ expr }) => expr);
  return ("epilogue" in step && step.epilogue?.exprs) || [];
}

/**
 * Returns the views and the expressions of any step. A loop has those of its body.
 *
 * @param step - The step.
 * @returns What it reads, writes and computes with.
 * @nothrow
 * @category For authors of backends
 */
export function partsOf(step: Step): StepParts {
  const inputs: StepInput[] = [];
  const outputs: StepOutput[] = [];
  if (step.kind === "loop") {
    const inner = step.body.map(partsOf);
    const within = <T extends StepOutput>(at: number, part: T): T => {
      return { ...part, role: `body[${at}].${part.role}` };
    };
    // A step of the body may be in place, and yet the loop is not: another turn may read the input.
    inner.forEach((parts, at) => {
      for (const part of parts.inputs) inputs.push({ ...within(at, part), inPlace: false });
      for (const part of parts.outputs) outputs.push(within(at, part));
    });
    return { inputs, outputs, exprs: inner.flatMap(({ exprs }) => exprs) };
  }
  for (const field of fieldsOf(step)) {
    if (field.writes) outputs.push(...named(field));
    else for (const one of named(field)) inputs.push({ ...one, inPlace: field.inPlace });
  }
  if (step.when !== undefined) inputs.push({ role: "when", view: step.when, inPlace: false });
  return { inputs, outputs, exprs: exprsOf(step) };
}
