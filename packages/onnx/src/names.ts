import type { ValueType } from "@metrigrad/tensor";
import type { Known } from "./model.ts";

/** Gives names to the values of a model. */
export interface Names {
  /** Returns a new name. */
  fresh(scope: string, hint: string): string;
  /** Returns a new name for a known value. */
  known(scope: string, hint: string, value: Known): string;
  /** Returns the name of a number. Equal numbers have one name. */
  number(scope: string, value: number, type: ValueType): string;
  /** The known values by name. */
  readonly values: ReadonlyMap<string, Known>;
}

/** Makes names that are none of those that are taken by inputs and outputs. */
export function namesBeside(taken: ReadonlySet<string>): Names {
  const values = new Map<string, Known>();
  const numbers = new Map<string, string>();
  let count = 0;
  const fresh = (scope: string, hint: string): string => {
    const name = `${scope === "" ? "" : `${scope}/`}${hint}_${count++}`;
    return taken.has(name) ? fresh(scope, hint) : name;
  };
  const known = (scope: string, hint: string, value: Known) => {
    const name = fresh(scope, hint);
    values.set(name, value);
    return name;
  };
  return {
    fresh,
    known,
    values,
    number: (scope, value, type) => {
      const key = `${type} ${Object.is(value, -0) ? "-0" : value}`;
      const name = numbers.get(key) ?? known(scope, "number", { kind: "number", value, type });
      numbers.set(key, name);
      return name;
    },
  };
}
