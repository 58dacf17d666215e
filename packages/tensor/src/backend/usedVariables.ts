import { BackendError } from "../errors.ts";
import type { NamedVariable, VariableSpec } from "./variable.ts";

/** The variables that a program uses: it must not run any more when one was removed from the store. */
export class UsedVariables {
  private readonly specs = new Set<VariableSpec>();
  private lost: string | null = null;

  add(spec: VariableSpec): void {
    this.specs.add(spec);
  }

  /** Says that variables were removed. */
  removed(variables: readonly NamedVariable[]): void {
    this.lost ??= variables.find(({ spec }) => this.specs.has(spec))?.path ?? null;
  }

  /** Throws BackendError where a variable was removed. */
  check(where: string): void {
    if (this.lost === null) return;
    throw new BackendError({
      where,
      must: "the store must have every variable of the program",
      got: `none for ${this.lost}, which was removed`,
      todo: "compile it again, and close programs before you remove their variables",
    });
  }
}
