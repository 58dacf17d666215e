import { BackendError } from "../errors.ts";
import { sameShape, showShape } from "../shape.ts";
import type { NamedVariable, VariableSpec, Variables } from "./variable.ts";

/** A variable of a store, and where its value is. */
export interface Stored<Home> extends NamedVariable {
  readonly home: Home;
}

/** What must be done to add variables. */
export interface Addition<Home> {
  /** Those that need a value. */
  readonly fresh: readonly NamedVariable[];
  /** Values that give way, such as state of another shape from a file. */
  readonly dropped: readonly Stored<Home>[];
  /** Values from a file, and the variables that take them over. */
  readonly taken: readonly (readonly [held: Stored<Home>, spec: VariableSpec])[];
}

/** The variables of one store by object and by path: the rules that the stores of all backends share. */
export class VariableTable<Home> {
  private readonly where: string;
  private readonly bySpec = new Map<VariableSpec, Stored<Home>>();
  private readonly byPath = new Map<string, Stored<Home>>();

  /** `where` begins messages: "cpu store". */
  constructor(where: string) {
    this.where = where;
  }

  get all(): readonly Stored<Home>[] {
    return [...this.bySpec.values()];
  }

  get named(): readonly NamedVariable[] {
    return this.all.map(({ path, spec }) => Object.freeze({ path, spec }));
  }

  has(variable: VariableSpec | string): boolean {
    return this.found(variable) !== undefined;
  }

  pathOf(spec: VariableSpec): string | null {
    return this.bySpec.get(spec)?.path ?? null;
  }

  /** @throws BackendError for a variable that the store does not have. */
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
   * Which variables must be made; those from a file are taken over by the ones that have their path.
   * Nothing changes before `makeRoom`.
   * @throws BackendError where another variable has the path, and for a variable without a path.
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

  /** Gives the values of files to the variables that take them over, and forgets those that give way. */
  makeRoom({ dropped, taken }: Addition<Home>): void {
    for (const [held, spec] of taken) {
      this.delete(held.spec);
      this.set({ path: held.path, spec }, held.home);
    }
    for (const { spec } of dropped) this.delete(spec);
  }

  set({ path, spec }: NamedVariable, home: Home): void {
    const stored = { path, spec, home };
    this.bySpec.set(spec, stored);
    this.byPath.set(path, stored);
  }

  /** Forgets variables, and says which it had. */
  remove(variables: Variables): Stored<Home>[] {
    const list = Array.isArray(variables) ? variables : (variables as { variables: [] }).variables;
    return list.flatMap((one: NamedVariable | VariableSpec) => {
      const known = this.bySpec.get("spec" in one ? one.spec : one);
      if (known === undefined) return [];
      this.delete(known.spec);
      return [known];
    });
  }

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

/** A variable in words: "another parameter [3, 2]". */
export function showSpec({ path, role, type, shape }: VariableSpec): string {
  const kind = type === "float" ? "" : `${type} `;
  return `${path === null ? "" : `${path}, `}a ${role} ${kind}${showShape(shape)}`;
}

function alike(a: VariableSpec, b: VariableSpec): boolean {
  return a.type === b.type && a.role === b.role && sameShape(a.shape, b.shape);
}

/** Variables with their paths. Throws BackendError for one without. */
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
