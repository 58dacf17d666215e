import { isVariable, topological, type Variable, variableName } from "@metrigrad/graph";
import type { AnyModule, AppliedParameter, ParameterSpec } from "@metrigrad/nn";
import { GraphError, type Store, type VariableSpec } from "@metrigrad/tensor";
import type { Forward } from "./forward.ts";

/**
 * The choice of parameters that a step trains: a module, a variable, a list of them, or a function that returns true
 * for a path on the store.
 *
 * @category Train: own loops
 */
export type TrainedChoice =
  | AnyModule
  | Variable
  | readonly (AnyModule | Variable)[]
  | ((path: string) => boolean);

/**
 * Returns the parameters that a step trains: by default all that its loss applies, without frozen ones. Throws
 * GraphError if the choice is empty, or if the store lacks a variable. Also if the loss reads a parameter that
 * belongs to no applied module and was not chosen.
 */
export function trainedOf(
  where: string,
  { loss, applier, modules }: Forward,
  store: Store,
  choice: TrainedChoice | undefined,
): readonly AppliedParameter[] {
  const applied = applier.parameters;
  const inside = new Set<VariableSpec>(
    [...modules].flatMap(({ variables }) => variables.map(({ spec }) => spec)),
  );
  const read = topological([loss]).filter(isVariable);
  const free = read.filter(({ attrs }) => attrs.role === "parameter" && !inside.has(attrs));
  if (typeof choice === "function" && !isModule(choice)) {
    const all = [...applied, ...free.map((one) => freeParameter(where, one, store))];
    return checked(
      where,
      all.filter(({ path }) => choice(path)),
    );
  }
  const list = choice === undefined ? [] : ([choice].flat() as readonly (AnyModule | Variable)[]);
  for (const one of list) checkChoice(where, one);
  const variables = list.filter((one) => !isModule(one)) as Variable[];
  const unknown = free.find((one) => !variables.includes(one));
  if (unknown !== undefined) throw closedOver(where, unknown, store);
  const chosen = new Set<VariableSpec>(
    list.filter(isModule).flatMap((one) => one.variables.map(({ spec }) => spec)),
  );
  const own = applied.filter(({ variable }) => choice === undefined || chosen.has(variable.attrs));
  const others = variables.filter((one) => !own.some(({ variable }) => variable === one));
  return checked(where, [...own, ...others.map((one) => freeParameter(where, one, store))]);
}

function isModule(value: unknown): value is AnyModule {
  return typeof value === "object" && value !== null && "definition" in value;
}

function freeParameter(where: string, variable: Variable, store: Store): AppliedParameter {
  const { attrs } = variable;
  const path = store.pathOf(attrs);
  if (path === null) throw notStored(where, variable);
  const { decay = "all" } = attrs as Partial<ParameterSpec>;
  return { variable, path, decay };
}

function checked(where: string, found: readonly AppliedParameter[]): readonly AppliedParameter[] {
  if (found.length > 0) return found;
  throw new GraphError({
    where,
    must: "there must be a parameter to train",
    got: "none",
    todo: "apply a module with parameters that are not frozen, and choose it in `parameters`",
  });
}

function checkChoice(where: string, one: AnyModule | Variable): void {
  if (isModule(one)) return;
  const given: unknown = one;
  if (typeof given === "object" && given !== null && "op" in given && isVariable(one)) return;
  throw new GraphError({
    where,
    must: "parameters must be a module, a variable, a list of them, or a function of paths",
    got: typeof one,
    todo: "pass the module that is applied in the loss",
  });
}

function notStored(where: string, variable: Variable): GraphError {
  return new GraphError({
    where,
    must: "the store must have every parameter that is trained",
    got: `none for ${variableName(variable)}`,
    todo: "add it first: await store.add([variable.attrs])",
  });
}

function closedOver(where: string, variable: Variable, store: Store): GraphError {
  const path = store.pathOf(variable.attrs) ?? variableName(variable);
  return new GraphError({
    where,
    must: "every parameter that the loss reads must belong to a module that the loss applies",
    got: `${path}, which does not and would never be trained`,
    todo: "apply its module by context.apply, declare it in `params` of the module that uses it, list it in `parameters`, or give it the role state",
  });
}
