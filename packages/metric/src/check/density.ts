import {
  broadcastTo,
  compile,
  expandDims,
  input,
  type Node,
  type Program,
  reshape,
} from "@metrigrad/graph";
import { type Handle, type Tensor, tensor, valueTypeOf } from "@metrigrad/tensor";
import type { Subject } from "./subject.ts";

/** Responses y of every row, `count` of them, the rows of each together: [count·n, …]. */
export interface Responses {
  readonly y: Tensor;
  readonly count: number;
}

/** ln p(y | θ) of fixed responses as a function of the parameter, on the host. */
export interface Density {
  /** Number of parameters. */
  readonly size: number;
  /** Rows of the inputs. */
  readonly rows: number;
  /** ln p(y_qs | θ + δ), [count·n] with the row s running fastest. */
  logProb(delta: Float64Array | null): Promise<Float64Array>;
  /** ∂ ln p/∂θ_k, one array like `logProb` for every k. */
  scores(): Promise<Float64Array[]>;
  close(): Promise<void>;
}

/** h for `count` responses of every row, [count·n, m]. */
export function repeated(natural: Node, count: number): Node {
  const [n = 0, m = 0] = natural.shape;
  return reshape(broadcastTo(expandDims(natural, 0), [count, n, m]), [count * n, m]);
}

/** The density of responses under a subject's law. */
export async function densityOf(subject: Subject, { y, count }: Responses): Promise<Density> {
  const { store, parameter, law, natural } = subject;
  const node = input("y", y.shape, valueTypeOf(y.dtype));
  const program: Program<Handle> = await compile(
    { outputs: law.logProb(node, repeated(natural, count)) },
    store,
  );
  const name = parameter.attrs.name;
  const home = await store.read(name);
  const start = Float64Array.from(home.data());
  const logProb = async (delta: Float64Array | null) => {
    const moved = start.map((value, k) => value + (delta?.[k] ?? 0));
    await store.write(name, tensor(moved, { shape: home.shape }));
    const value = await (await program.run({ y })).read();
    await store.write(name, home);
    return Float64Array.from(value.data());
  };
  return {
    size: start.length,
    rows: natural.shape[0] as number,
    logProb,
    scores: async () => {
      const found: Float64Array[] = [];
      for (let k = 0; k < start.length; k++) {
        const step = 1e-3 * Math.max(1, Math.abs(start[k] as number));
        const at = (steps: number) => logProb(start.map((_, j) => (j === k ? steps * step : 0)));
        found.push(fourthOrder([await at(-2), await at(-1), await at(1), await at(2)], step));
      }
      return found;
    },
    close: () => program.close(),
  };
}

/** The central difference (8(f₁ − f₋₁) − (f₂ − f₋₂))/(12h), with an error of order h⁴. */
function fourthOrder(values: readonly Float64Array[], step: number): Float64Array {
  const [a, b, c, d] = values as [Float64Array, Float64Array, Float64Array, Float64Array];
  const value = (i: number) =>
    8 * ((c[i] as number) - (b[i] as number)) - ((d[i] as number) - (a[i] as number));
  return a.map((_, i) => value(i) / (12 * step));
}
