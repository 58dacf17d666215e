import type { AnyLaw, AnyModule, Mode } from "@metrigrad/nn";
import { checkNames, MetricError } from "@metrigrad/tensor";

/** Throws MetricError unless the options are an object of known names. */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  checkNames(where, options, known, MetricError);
}

/** Throws MetricError unless the value is a module. */
export function checkModel(where: string, model: AnyModule): void {
  if (typeof model === "object" && model?.definition !== undefined) return;
  throw new MetricError({
    where,
    must: "the model must be a module",
    got: typeof model === "function" ? "a function" : String(model),
    todo: "pass one, such as sequential(dense(784, 10))",
  });
}

/** Throws MetricError unless the value is a law, or null for none. */
export function checkIsLaw(where: string, likelihood: AnyLaw | null): void {
  if (likelihood === null || typeof likelihood?.parts === "function") return;
  throw new MetricError({
    where,
    must: "likelihood must be a law",
    got: typeof likelihood === "function" ? "a function" : String(likelihood),
    todo: "call it: { likelihood: categorical() }",
  });
}

/** Throws MetricError unless the value is a mode. */
export function checkMode(where: string, mode: Mode): void {
  if (mode === "train" || mode === "infer") return;
  throw new MetricError({
    where,
    must: 'mode must be "train" or "infer"',
    got: String(mode),
    todo: "correct it, or leave it out",
  });
}

/** Throws MetricError unless the value is a positive number of bytes. */
export function checkBudget(where: string, memoryBudget: number): void {
  if (typeof memoryBudget === "number" && memoryBudget > 0) return;
  throw new MetricError({
    where,
    must: "memoryBudget must be a positive number of bytes",
    got: String(memoryBudget),
    todo: "pass { memoryBudget: 2 ** 30 }, or leave it out",
  });
}
