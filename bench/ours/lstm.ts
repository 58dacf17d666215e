import {
  add,
  affine,
  defModule,
  fill,
  type Initializer,
  matmul,
  moveAxis,
  mul,
  type Node,
  param,
  scan,
  sigmoid,
  slice,
  tanh,
} from "metrigrad";

/** Sizes and initial weights. */
export interface LstmOptions {
  readonly inputs: number;
  readonly size: number;
  /** [inputs + 1, 4·size], offsets in the last row. */
  readonly inputInit: Initializer;
  /** [size, 4·size]. */
  readonly recurrentInit: Initializer;
}

/**
 * A memory's last response: x [n, T, inputs] → [n, size], gates in the order i, f, g, o. The inputs of all turns go through
 * one product, and each turn through that of the state.
 */
export const lstm = defModule({
  name: "lstm",
  options: (inputs: number, size: number, settings: Omit<LstmOptions, "inputs" | "size">) =>
    ({ inputs, size, ...settings }) as LstmOptions,
  params: ({ inputs, size, inputInit, recurrentInit }) => ({
    input: param([inputs + 1, 4 * size], inputInit),
    recurrent: param([size, 4 * size], recurrentInit),
  }),
  apply: ({ input, recurrent }, x) => lastResponse(moveAxis(affine(x, input), 1, 0), recurrent),
});

/** h after the last turn, [n, size], from what the inputs of all turns give [T, n, 4·size]: one loop, from zeros. */
export function lastResponse(projected: Node, recurrent: Node): Node {
  const size = recurrent.shape[0] as number;
  const begin = fill([projected.shape[1] as number, size], 0);
  const { carry } = scan(
    ({ h, c }, now) => {
      const all = add(now, matmul(h, recurrent));
      const part = (k: number): Node => slice(all, [null, [k * size, (k + 1) * size]]);
      const kept = mul(sigmoid(part(1)), c);
      const memory = add(kept, mul(sigmoid(part(0)), tanh(part(2))));
      return { carry: { h: mul(sigmoid(part(3)), tanh(memory)), c: memory }, y: [] };
    },
    { h: begin, c: begin },
    projected,
  );
  return carry.h;
}
