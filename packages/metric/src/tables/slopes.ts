import {
  minimum,
  moveAxis,
  mul,
  type Node,
  reshape,
  sigmoid,
  square,
  sub,
  sum,
  type Variable,
} from "@metrigrad/graph";
import {
  gaussian,
  prelu,
  type ResponsePart,
  type RowLaw,
  type SlopeOptions,
  swish,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { weighted as weightedRows } from "../blocks/rowWeights.ts";
import { autoMetric } from "../core/autoMetric.ts";
import { weighted } from "../core/context.ts";
import type { Described, Metric, MetricContext } from "../core/defMetric.ts";
import { rowLawOf } from "./unitBlock.ts";

/**
 * Makes the row of the slope a of a rectifier below 0: the diagonal E[min(t, 0)²] of each channel.
 *
 * The response is h ~ N(prelu(t), 1), with ∂h/∂a = min(t, 0). If all channels share one slope, their values add up.
 * Positions of a sample add up too. A known law of the response takes the place of the normal law.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function preluRows(): Metric {
  return slopeRows(
    prelu,
    "E[min(t, 0)²] of every slope",
    (t) => minimum(t, 0),
    () => [
      { module: prelu(2), inputs },
      { module: prelu(), inputs },
    ],
  );
}

/**
 * Makes the row of β of the activation x·sigm(βx): the diagonal E[(x²s(1 − s))²] of each channel, with s = sigm(βx).
 *
 * The derivative is ∂h/∂β = x²s(1 − s). If all channels share one β, their values add up. Otherwise it is as
 * {@link preluRows}.
 *
 * @returns A row for a table.
 * @nothrow
 * @category Metrics: tables
 */
export function swishRows(): Metric {
  const slope = (t: Node, beta: Node) => {
    const s = sigmoid(mul(t, beta));
    return mul(square(t), mul(s, sub(1, s)));
  };
  return slopeRows(swish, "E[(t²s(1 − s))²] of every β", slope, () => [
    { module: swish(2), inputs },
    { module: swish(), inputs },
  ]);
}

/** A small input for the checks. */
const inputs = tensor([
  [0.3, -1.2],
  [1.1, 0.4],
  [-0.7, 0.9],
  [0.2, -0.1],
]);

/** Makes the row of an activation with one parameter for all elements, or one per channel. */
function slopeRows(
  of: Described,
  source: string,
  slope: (t: Node, parameter: Node) => Node,
  example: NonNullable<Metric["example"]>,
): Metric {
  const exact = autoMetric(of);
  const responses = (context: MetricContext): readonly ResponsePart[] => {
    const h = channelRows(context.response as Node, context.options as SlopeOptions);
    if (context.law === null) return [{ law: gaussian() as RowLaw, natural: h, weights: null }];
    const law = rowLawOf(context, h);
    return law === null
      ? context.law.parts(context.response as never)
      : [{ law, natural: h, weights: null }];
  };
  return Object.freeze({
    of,
    source,
    block: (context) => {
      const [parameter] = Object.values(context.params) as [Variable];
      const [part, ...others] = weighted(responses(context), context) as [ResponsePart];
      const t = channelRows(context.preActivation, context.options as SlopeOptions);
      const { fisherDiagonal } = part.law;
      const same = part.natural.shape.every((size, axis) => size === t.shape[axis]);
      // A law that couples the channels, or one of other rows, has no diagonal.
      if (others.length > 0 || !same || fisherDiagonal === null) return exact.block(context, null);
      const diagonal =
        typeof fisherDiagonal === "number" ? fisherDiagonal : fisherDiagonal(part.natural);
      const values = mul(square(slope(t, parameter)), diagonal);
      const total = sum(weightedRows(values, part.weights), { axis: 0, keepDims: true });
      const shared = parameter.shape[0] === 1;
      const own = mul(
        shared ? sum(total, { axis: 1, keepDims: true }) : total,
        1 / context.samples,
      );
      return [{ params: [parameter], block: diagonalBlock(own, { form: "slope" }) }];
    },
    response: responses,
    example,
  } satisfies Metric);
}

/** Returns the rows [n·…, channels] of a value, or [n·…, last axis] if there is one parameter for all. */
function channelRows(value: Node, { features, axis }: SlopeOptions): Node {
  const moved = features > 1 ? moveAxis(value, axis, -1) : value;
  return reshape(moved, [-1, moved.shape.length < 2 ? 1 : (moved.shape.at(-1) as number)]);
}
