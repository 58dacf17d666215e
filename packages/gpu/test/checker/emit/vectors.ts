import type { Scalar } from "../text/tree.ts";
import type { Scope } from "./scope.ts";
import { type Value, vectorOf } from "./values.ts";

/** Returns an operation on each component of vectors. Scalars among the arguments count for all components. */
export function perPart(
  scope: Scope,
  args: readonly Value[],
  size: number,
  of: Scalar,
  operation: (parts: readonly string[]) => string,
): Value {
  const setup: string[] = [];
  const all = args.map((value) => partsOf(scope, value, size, setup));
  const parts = Array.from({ length: size }, (_, k) =>
    operation(all.map((own) => own[k] as string)),
  );
  return vectorOf(of, parts, setup);
}

/** Returns the components of a vector, or a scalar for each of them; `setup` gets what must come before. */
function partsOf(scope: Scope, value: Value, size: number, setup: string[]): readonly string[] {
  if (value.parts !== undefined) {
    setup.push(...(value.setup ?? []));
    return value.parts;
  }
  const isVector = value.type.kind === "vector";
  const isSimple = /^[\w.]+$/.test(value.js);
  const whole = isSimple ? value.js : scope.temporary();
  if (!isSimple) setup.push(`${whole}=${value.js}`);
  return Array.from({ length: size }, (_, k) => (isVector ? `${whole}[${k}]` : whole));
}
