import { BackendError } from "../errors.ts";
import type { NamedVariable, VariableSpec } from "./variable.ts";

/**
 * The variables that a program uses. A program must not run any more after one of them was removed from the store.
 *
 * @category For authors of backends
 */
export class UsedVariables {
  /** The variables of the program. */
  private readonly specs = new Set<VariableSpec>();
  /** The path of a variable that was removed; null if there is none. */
  private lost: string | null = null;

  /**
   * Adds a variable that the program uses.
   *
   * @param spec - The variable.
   */
  add(spec: VariableSpec): void {
    this.specs.add(spec);
  }

  /**
   * Tells that variables were removed from the store.
   *
   * @param variables - The removed variables. The program need not use them.
   */
  removed(variables: readonly NamedVariable[]): void {
    this.lost ??= variables.find(({ spec }) => this.specs.has(spec))?.path ?? null;
  }

  /**
   * Throws an error if a variable of the program was removed.
   *
   * @param where - The function that the message names.
   * @throws {@link BackendError} if one was removed.
   */
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
