import { BackendError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";
import type { NamedVariable, VariableSpec, Variables } from "./variable.ts";

/**
 * A variable of a store, and where its value is.
 *
 * @category For authors of backends
 */
export interface Stored<Home> extends NamedVariable {
  /** Where the value is, in the terms of the backend. */
  readonly home: Home;
}

/**
 * The work of a store when it adds variables.
 *
 * @category For authors of backends
 */
export interface Addition<Home> {
  /** The variables that need an initial value. */
  readonly fresh: readonly NamedVariable[];
  /** Values from a file that must go, such as a state of another shape. A fresh variable takes their path. */
  readonly dropped: readonly Stored<Home>[];
  /** Pairs of a value from a file and the variable that takes it over. */
  readonly taken: readonly (readonly [held: Stored<Home>, spec: VariableSpec])[];
}

/**
 * The variables of one store, by object and by path. It holds the rules that the stores of all backends share.
 *
 * @category For authors of backends
 */
export class VariableTable<Home> {
  private readonly where: string;
  private readonly bySpec = new Map<VariableSpec, Stored<Home>>();
  private readonly byPath = new Map<string, Stored<Home>>();

  /**
   * Makes an empty table.
   *
   * @param where - The beginning of messages, such as "cpu store".
   */
  constructor(where: string) {
    this.where = where;
  }

  /**
   * All variables, in the order in which they were added.
   *
   * @returns A new list.
   */
  get all(): readonly Stored<Home>[] {
    return [...this.bySpec.values()];
  }

  /**
   * All variables with their paths, in the order in which they were added.
   *
   * @returns A new list.
   */
  get named(): readonly NamedVariable[] {
    return this.all.map(({ path, spec }) => Object.freeze({ path, spec }));
  }

  /**
   * Returns whether the table has a variable.
   *
   * @param variable - The variable, or its path.
   * @returns Whether the table has it.
   */
  has(variable: VariableSpec | string): boolean {
    return this.found(variable) !== undefined;
  }

  /**
   * Returns the path of a variable.
   *
   * @param spec - The variable.
   * @returns Its path, or null if the table does not have the variable.
   */
  pathOf(spec: VariableSpec): string | null {
    return this.bySpec.get(spec)?.path ?? null;
  }

  /**
   * Returns a variable of the table.
   *
   * @param method - The method of the store that was called, for the message.
   * @param variable - The variable, or its path.
   * @returns The variable and where its value is.
   * @throws {@link BackendError} if the table does not have the variable.
   */
  find(method: string, variable: VariableSpec | string): Stored<Home> {
    const found = this.found(variable);
    if (found !== undefined) return found;
    throw new BackendError({
      where: `${this.where}.${method}`,
      must: `the variable must be one of the store (${[...this.byPath.keys()].join(", ") || "it has none"})`,
      got: typeof variable === "string" ? variable : showSpec(variable),
      todo: "add it first: store.add(model), or store.add([variable])",
    });
  }

  /**
   * Decides what must be done to add variables. The table does not change before {@link VariableTable.makeRoom}.
   *
   * A value from a file goes to the added variable that has its path.
   *
   * @param variables - A model, or a list of variables. Those of the table are left out.
   * @param name - A prefix for the paths, or undefined.
   * @returns The variables to make, and the values from files that are dropped or taken over.
   * @throws {@link BackendError} if another variable has the path, or if a variable has no path.
   *   Also if a parameter differs in type or shape from the value that a file has for its path.
   */
  plan(variables: Variables, name: string | undefined): Addition<Home> {
    const fresh: NamedVariable[] = [];
    const dropped: Stored<Home>[] = [];
    const taken: (readonly [held: Stored<Home>, spec: VariableSpec])[] = [];
    const asked = new Set<VariableSpec>();
    const paths = new Map<string, VariableSpec>();
    for (const { path, spec } of listOf(this.where, variables, name)) {
      if (this.bySpec.has(spec) || asked.has(spec)) continue;
      asked.add(spec);
      const known = this.byPath.get(path);
      const other = paths.get(path) ?? (known?.spec.held === undefined ? known?.spec : undefined);
      if (other !== undefined) throw this.pathTaken(path, other, spec);
      paths.set(path, spec);
      if (known === undefined) {
        fresh.push({ path, spec });
      } else if (alike(known.spec, spec)) {
        taken.push([known, spec]);
      } else if (spec.role === "parameter") {
        throw this.otherShape(path, known.spec, spec);
      } else {
        dropped.push(known);
        fresh.push({ path, spec });
      }
    }
    return { fresh, dropped, taken };
  }

  /**
   * Gives values from files to the variables that take them over, and forgets the values that must go.
   *
   * @param addition - The result of {@link VariableTable.plan}.
   */
  makeRoom({ dropped, taken }: Addition<Home>): void {
    for (const [held, spec] of taken) {
      this.delete(held.spec);
      this.set({ path: held.path, spec }, held.home);
    }
    for (const { spec } of dropped) this.delete(spec);
  }

  /**
   * Puts a variable into the table.
   *
   * @param variable - The variable and its path.
   * @param home - Where its value is.
   */
  set({ path, spec }: NamedVariable, home: Home): void {
    const stored = { path, spec, home };
    this.bySpec.set(spec, stored);
    this.byPath.set(path, stored);
  }

  /**
   * Forgets variables.
   *
   * @param variables - A model, or a list of variables. Those that the table does not have are ignored.
   * @returns The variables that the table had.
   */
  remove(variables: Variables): Stored<Home>[] {
    const list = Array.isArray(variables) ? variables : (variables as { variables: [] }).variables;
    return list.flatMap((one: NamedVariable | VariableSpec) => {
      const known = this.bySpec.get("spec" in one ? one.spec : one);
      if (known === undefined) return [];
      this.delete(known.spec);
      return [known];
    });
  }

  /** Forgets all variables. */
  clear(): void {
    this.bySpec.clear();
    this.byPath.clear();
  }

  private found(variable: VariableSpec | string): Stored<Home> | undefined {
    return typeof variable === "string" ? this.byPath.get(variable) : this.bySpec.get(variable);
  }

  private delete(spec: VariableSpec): void {
    const known = this.bySpec.get(spec);
    if (known === undefined) return;
    this.bySpec.delete(spec);
    this.byPath.delete(known.path);
  }

  private pathTaken(path: string, known: VariableSpec, asked: VariableSpec): BackendError {
    return new BackendError({
      where: `${this.where}.add`,
      must: `the path ${path} must be free`,
      got: `${showSpec(known)} there, and ${showSpec(asked)} to be added`,
      todo: 'give the new ones a name: store.add(model, { name: "critic" }), or variable("other", …) for one alone',
    });
  }

  private otherShape(path: string, known: VariableSpec, asked: VariableSpec): BackendError {
    return new BackendError({
      where: `${this.where}.add`,
      must: `${path} must have the type and shape of the value from the file, ${showSpec(known)}`,
      got: showSpec(asked),
      todo: "load the file into a store of the model that it was saved from",
    });
  }
}

/**
 * Describes a variable in words, such as "dense0/w, a parameter [3, 2]".
 *
 * @param spec - The variable.
 * @returns The text.
 * @nothrow
 * @category For authors of backends
 */
export function showSpec({ path, role, type, shape }: VariableSpec): string {
  const kind = type === "float" ? "" : `${type} `;
  return `${path === null ? "" : `${path}, `}a ${role} ${kind}${showShape(shape)}`;
}

/** Whether two variables have the same type, role and shape. */
function alike(a: VariableSpec, b: VariableSpec): boolean {
  return a.type === b.type && a.role === b.role && sameShape(a.shape, b.shape);
}

/** The variables with their paths. Throws BackendError for a variable without a path. */
function listOf(where: string, variables: Variables, name: string | undefined): NamedVariable[] {
  const owned = "variables" in variables;
  const list: readonly (NamedVariable | VariableSpec)[] = owned ? variables.variables : variables;
  const prefix = name === undefined ? "" : `${name}/`;
  return list.map((one) => {
    const { path, spec } = "spec" in one ? one : { path: one.path, spec: one };
    if (path !== null) return { path: prefix + path, spec };
    throw new BackendError({
      where: `${where}.add`,
      must: "a variable of a module needs a path",
      got: showSpec(spec),
      todo: "add the model that it belongs to, or { path, spec }",
    });
  });
}
