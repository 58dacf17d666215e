import type { Variable } from "@metrigrad/graph";
import type { Application, Use } from "@metrigrad/nn";

/**
 * Returns the uses of each application such that a parameter is always used together with the same other parameters.
 *
 * Where W is shared but each use has its own bias, weights and biases become separate uses.
 */
export function splitUses(
  applications: readonly Application[],
): (application: Application) => readonly Use[] {
  const partners = new Map<Variable, string>();
  const apart = new Set<Variable>();
  const numbers = new Map<Variable, number>();
  const numberOf = (one: Variable) => {
    const number = numbers.get(one) ?? numbers.size;
    numbers.set(one, number);
    return number;
  };
  for (const { uses } of applications) {
    for (const { parameters } of uses) {
      const key = parameters.map((one) => numberOf(one as Variable)).join();
      for (const one of parameters as readonly Variable[]) {
        if ((partners.get(one) ?? key) !== key)
          for (const other of parameters) apart.add(other as Variable);
        partners.set(one, partners.get(one) ?? key);
        if (apart.has(one)) for (const other of parameters) apart.add(other as Variable);
      }
    }
  }
  const split = (use: Use): readonly Use[] => {
    const { parameters } = use;
    const shared = (parameters as readonly Variable[]).some((one) => apart.has(one));
    if (!shared || parameters.length < 2) return [use];
    if (use.kind === "affine") {
      const [w, bias] = use.parameters as readonly [w: Variable, bias: Variable];
      return [{ ...use, parameters: [w], bias: false }, shiftOf(use, bias)];
    }
    if (use.kind !== "scale") return [use];
    const { scale, shift } = use;
    return [
      ...(scale === null ? [] : [{ ...use, parameters: [scale], shift: null }]),
      ...(shift === null ? [] : [shiftOf(use, shift)]),
    ];
  };
  return ({ uses }) => uses.flatMap(split);
}

/** Makes a separate use of what is added to the outputs of a use. */
function shiftOf(use: Extract<Use, { kind: "affine" | "scale" }>, shift: Variable): Use {
  const { outputs, consumers, looped } = use;
  const own = consumers.filter(([node, input]) => node.inputs[input] === shift);
  return {
    kind: "scale",
    parameters: [shift],
    scale: null,
    shift,
    rows: null,
    outputs,
    behind: use.kind === "scale" ? use.behind : 0,
    consumers: own,
    looped,
    activated: null,
  };
}
