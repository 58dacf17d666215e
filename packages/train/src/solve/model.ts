import type { AnyModule, Applier, Inputs, Module } from "@metrigrad/nn";
import { GraphError } from "@metrigrad/tensor";

/**
 * The model that {@link solve} trains: a module, or a record of modules, such as a solution and a coefficient.
 *
 * @category Residuals and differential equations
 */
export type Solvable = AnyModule | Readonly<Record<string, AnyModule>>;

/**
 * The type of a module as a function of nodes.
 *
 * @category Residuals and differential equations
 */
export type FunctionOf<M> =
  M extends Module<infer In, infer Out> ? (...inputs: Inputs<In>) => Out : never;

/**
 * The type of a model as a function of nodes, or as a record of functions.
 *
 * @category Residuals and differential equations
 */
export type FunctionsOf<M> = M extends { readonly definition: unknown }
  ? FunctionOf<M>
  : { readonly [K in keyof M]: FunctionOf<M[K]> };

/** Applies a module to inputs. */
export type Apply = (module: AnyModule, ...inputs: readonly unknown[]) => unknown;

/** Whether a value is one module. */
export function isModule(value: unknown): value is AnyModule {
  return typeof value === "object" && value !== null && "definition" in value;
}

/** Returns the modules of a model, with their names in a record. Throws GraphError if the value is not a model. */
export function modulesOf(
  where: string,
  model: unknown,
): readonly (readonly [name: string | null, module: AnyModule])[] {
  if (isModule(model)) return [[null, model]];
  const named = Object.entries((model ?? {}) as Readonly<Record<string, unknown>>);
  if (named.length > 0 && named.every(([, one]) => isModule(one))) {
    return named as unknown as [string, AnyModule][];
  }
  throw new GraphError({
    where,
    must: "its first argument must be a module, or modules by name",
    got: named.find(([, one]) => !isModule(one))?.[0] ?? String(model),
    todo: "pass for example sequential(dense(2, 64, { activation: tanh }), dense(64, 1))",
  });
}

/** Returns a model as functions of nodes. */
export function functionsOf(model: Solvable, apply: Apply): unknown {
  const as =
    (module: AnyModule) =>
    (...inputs: readonly unknown[]) =>
      apply(module, ...inputs);
  if (isModule(model)) return as(model);
  return Object.fromEntries(Object.entries(model).map(([name, one]) => [name, as(one)]));
}

/** Returns a function that applies modules by an applier, outside of a training step. */
export function applyBy(applier: Applier): Apply {
  return (module, ...inputs) =>
    applier.apply(module, inputs.length === 1 ? inputs[0] : inputs).response;
}
