import * as graph from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";

/**
 * An element-wise op of one value, such as `relu`, or one made by `defElementwise`.
 *
 * @category Models: layers
 */
export type Activation = graph.Elementwise<[x: graph.NodeLike]>;

/** The names that stand for activations. An op itself says the same, and the TypeScript compiler checks it. */
const aliases: Readonly<Record<string, Activation>> = {
  celu: graph.celu(),
  elu: graph.elu,
  gelu: graph.gelu,
  hardshrink: graph.hardshrink(),
  hardsigmoid: graph.hardsigmoid,
  hardswish: graph.hardswish,
  hardtanh: graph.hardtanh,
  logsigmoid: graph.logsigmoid,
  mish: graph.mish,
  relu: graph.relu,
  relu6: graph.relu6,
  selu: graph.selu,
  sigmoid: graph.sigmoid,
  silu: graph.silu,
  softplus: graph.softplus,
  softshrink: graph.softshrink(),
  softsign: graph.softsign,
  tanh: graph.tanh,
};

/** Returns the activation of an op or a name; null if there is none. Throws GraphError. */
export function activationOf(
  where: string,
  given: Activation | string | undefined,
): Activation | null {
  if (given === undefined) return null;
  const found = typeof given === "string" ? aliases[given] : given;
  if (typeof found === "function" && found.op?.arity === 1) return found;
  throw new GraphError({
    where,
    must: `activation must be an element-wise op of one value, or one of ${Object.keys(aliases).join(", ")}`,
    got: shown(given),
    todo: "import it ({ activation: relu }), call what makes one (leakyRelu(0.01)), or use defElementwise",
  });
}

/** Returns a setting as text. A function is shown by its name, not by its source. */
function shown(given: unknown): string {
  if (typeof given === "string") return JSON.stringify(given);
  return typeof given === "function" ? `function ${given.name || "without a name"}` : String(given);
}
