import {
  argMax,
  constant,
  exp,
  expandDims,
  gather,
  greater,
  log,
  mul,
  type Node,
  neg,
  reshape,
  sub,
  sum,
  transpose,
  where,
} from "@metrigrad/graph";
import type { Tensor } from "@metrigrad/tensor";
import { openUniform } from "../openUniform.ts";
import { type LogProb, repeatAll, repeatRows, scoresOf } from "./repeat.ts";

/** An outcome whose ln p is below this does not occur. */
const impossible = -80;

/** Expectations over all outcomes, from their probabilities. */
export interface Enumerated {
  /** Returns the root R whose column q is √p_q score_q, so that RR' is E[score score']: [n, m, count]. */
  root(h: Node): Node;
  kl(h: Node, other: Node): Node;
  sample(h: Node, key: string): Node;
  predict(h: Node): Node;
}

/** Returns expectations under a law whose outcomes are listed. */
export function enumerated(logProb: LogProb, outcomes: Tensor): Enumerated {
  const all = constant(outcomes);
  const count = outcomes.shape[0] as number;
  const logs = (h: Node): Node => {
    const n = h.shape[0] as number;
    return reshape(logProb(repeatAll(all, n), repeatRows(h, count)), [n, count]);
  };
  return {
    root: (h) => {
      const [n = 0, m = 0] = h.shape;
      const rows = repeatRows(h, count);
      const score = scoresOf(logProb, repeatAll(all, n), rows);
      const own = logs(h);
      const roots = expandDims(exp(mul(own, 0.5)), 2);
      const columns = mul(reshape(score, [n, count, m]), roots);
      return transpose(where(expandDims(greater(own, impossible), 2), columns, 0));
    },
    kl: (h, other) => {
      const own = logs(h);
      const terms = mul(exp(own), sub(own, logs(other)));
      return sum(where(greater(own, impossible), terms, 0), { axis: 1 });
    },
    sample: (h, key) => {
      // Gumbel-max: argmax(ln p − ln(−ln u)).
      const own = logs(h);
      const u = openUniform(own.shape, key);
      return gather(all, argMax(sub(own, log(neg(log(u)))), { axis: 1 }));
    },
    predict: (h) => gather(all, argMax(logs(h), { axis: 1 })),
  };
}
