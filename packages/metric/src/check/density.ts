import { broadcastTo, compile, expandDims, input, type Node, reshape } from "@metrigrad/graph";
import { type Store, type Tensor, valueTypeOf } from "@metrigrad/tensor";
import type { ResponsePart } from "@metrigrad/nn";
import type { Point } from "./point.ts";

/** A response y ~ p(y | h(θ)) with its parameters. */
export interface Response extends ResponsePart {
  readonly store: Store;
  /** θ. */
  readonly point: Point;
  /** Samples of the batch, over which the metric is a mean; h may have several rows of each. */
  readonly samples: number;
}

/** Responses y of every row, `count` of them, the rows of each together: [count·n, …]. */
export interface Responses {
  readonly y: Tensor;
  readonly count: number;
}

/** ln p(y | θ) of fixed responses as a function of the parameters, on the host. */
export interface Density {
  /** Rows of h. */
  readonly rows: number;
  /** ln p(y_qs | θ + δ), [count·n] with the row s running fastest. */
  logProb(delta: Float64Array | null): Promise<Float64Array>;
  /** ∂ ln p along each direction, one array like `logProb` for every one. */
  scores(directions: readonly Float64Array[]): Promise<Float64Array[]>;
  close(): Promise<void>;
}

/** h for `count` responses of every row, [count·n, m]. */
export function repeated(natural: Node, count: number): Node {
  const [n = 0, m = 0] = natural.shape;
  return reshape(broadcastTo(expandDims(natural, 0), [count, n, m]), [count * n, m]);
}

/** The density of some responses. */
export async function densityOf(
  { law, natural, store, point }: Response,
  { y, count }: Responses,
): Promise<Density> {
  const node = input("y", y.shape, valueTypeOf(y.dtype));
  const outputs = law.logProb(node, repeated(natural, count));
  const program = await compile({ outputs }, store);
  const values = async () => Float64Array.from((await (await program.run({ y })).read()).data());
  return {
    rows: natural.shape[0] as number,
    logProb: (delta) => point.at(delta, values),
    scores: (directions) => point.slopes(directions, values),
    close: () => program.close(),
  };
}
