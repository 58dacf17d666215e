import {
  add,
  type Backend,
  fill,
  grad,
  matmul,
  mul,
  type Node,
  scan,
  sigmoid,
  slice,
  square,
  sum,
  tanh,
  type Variable,
} from "metrigrad";
import type { Contestant } from "../contestant.ts";
import { uniformValues } from "../data.ts";
import { lstmSizes } from "../models.ts";
import { held, programContestant } from "./program.ts";

const { batch, units } = lstmSizes;

/** Floating-point operations of the product of one turn. */
export const turnWork = 2 * batch * units * 4 * units;

/** The last response of a memory, or the gradient of its squares by the recurrent weight, which is three times the arithmetic. */
export type ScanPart = "forward" | "gradient";

/** Products of a turn in each part. */
export const scanParts = { forward: 1, gradient: 3 } as const;

/** What the loop reads: what the inputs of all turns give [T, n, 4·units], and the recurrent weight. */
export interface ScanInputs {
  readonly projected: Variable;
  readonly recurrent: Variable;
}

/** Values for so many turns. */
export function scanInputs(turns: number): ScanInputs {
  return {
    projected: values("projected", [turns, batch, 4 * units], 1),
    recurrent: values("recurrent", [units, 4 * units], 1 / Math.sqrt(units)),
  };
}

/** The graph of a part. */
export function scanGraph(part: ScanPart, { projected, recurrent }: ScanInputs): Node {
  const response = lastResponse(projected, recurrent);
  return part === "forward" ? response : grad(sum(square(response)), recurrent);
}

/** h after the last turn, [n, size], from what the inputs of all turns give [T, n, 4·size]: one loop, from zeros. */
function lastResponse(projected: Node, recurrent: Node): Node {
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

/** The product of one turn by itself. */
export function turnContestant(backend: Backend): Promise<Contestant> {
  const h = values("h", [batch, units], 1);
  return programContestant(backend, matmul(h, values("w", [units, 4 * units], 1)));
}

function values(name: string, shape: readonly number[], limit: number): Variable {
  const size = shape.reduce((all, n) => all * n, 1);
  return held(name, shape, uniformValues(size, name.length, -limit, limit));
}
