import { type Variable, variable } from "@metrigrad/graph";
import type { Initializer } from "@metrigrad/tensor";

/** A value that an optimizer keeps for a parameter, of its shape unless said otherwise. */
export function slot(
  parameter: Variable,
  name: string,
  options: { readonly shape?: readonly number[]; readonly init?: Initializer } = {},
): Variable {
  const { shape = parameter.shape, init } = options;
  const path = `optimizer/${name}/${parameter.attrs.name}`;
  return variable(path, shape, init === undefined ? { role: "state" } : { role: "state", init });
}
