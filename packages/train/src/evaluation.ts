import {
  cast,
  compile,
  equal,
  type Handles,
  input,
  min,
  mul,
  type Node,
  neg,
  type Program,
  sum,
} from "@metrigrad/graph";
import { applyModel, type RowLaw as Law, type Module } from "@metrigrad/nn";
import type { Store } from "@metrigrad/tensor";
import { chunksOf } from "./data/chunks.ts";
import { batchNodes, type ResidentSplit } from "./data/resident.ts";

/** How well a model does on a split. */
export interface Evaluation {
  /** Mean of −ln p over the rows, in nats, in inference mode, without the L2 term; NaN without rows. */
  readonly cost: number;
  /** Share of rows whose most probable response is the target; NaN without rows and for continuous laws. */
  readonly accuracy: number;
}

/** Evaluates a model on all rows of a split. */
export interface Evaluator {
  evaluate(): Promise<Evaluation>;
  close(): Promise<void>;
}

/** What an evaluator is made of. */
export interface EvaluatorSpec {
  readonly model: Module;
  readonly likelihood: Law;
  readonly split: ResidentSplit;
  /** Rows evaluated together at most. */
  readonly chunk?: number;
}

/** Compiles the evaluation of a split; rows run in padded chunks, so any number of them will do. */
export async function evaluator(spec: EvaluatorSpec, store: Store): Promise<Evaluator> {
  const { rows: n } = spec.split;
  if (n === 0) {
    const nothing = { cost: Number.NaN, accuracy: Number.NaN };
    return { evaluate: async () => nothing, close: async () => {} };
  }
  const chunks = chunksOf(n, spec.chunk);
  const size = chunks[0]?.rows.size ?? 0;
  const program: Program<Handles<Sums>> = await compile({ outputs: sums(spec, size) }, store);
  return {
    async evaluate() {
      let cost = 0;
      let hits = 0;
      for (const { rows, weights } of chunks) {
        const handles = await program.run({ rows, weights });
        cost += (await handles.cost.read()).item();
        hits += (await handles.hits.read()).item();
      }
      return { cost: cost / n, accuracy: hits / n };
    },
    close: () => program.close(),
  };
}

/** Weighted sums over the rows of a chunk. */
interface Sums {
  readonly [name: string]: Node;
  readonly cost: Node;
  readonly hits: Node;
}

function sums({ model, likelihood, split }: EvaluatorSpec, size: number): Sums {
  const weights = input("weights", [size]);
  const { x, y } = batchNodes(split, input("rows", [size], "i32"));
  const options = { mode: "infer", law: likelihood, rowWeights: weights } as const;
  const { output } = applyModel(model, x, options);
  return {
    cost: sum(mul(neg(likelihood.logProb(y, output)), weights)),
    hits: sum(mul(hitRows(likelihood, y, output), weights)),
  };
}

/** 1 for rows whose most probable response is the target, 0 for others, [n]; NaN for continuous laws. */
function hitRows(likelihood: Law, y: Node, output: Node): Node {
  const predicted = likelihood.predict(output);
  const hits = cast(equal(predicted, cast(y, predicted.type)), "float");
  const axes = hits.shape.map((_, axis) => axis).slice(1);
  const rows = axes.length === 0 ? hits : min(hits, { axis: axes });
  return likelihood.outcomes(1) === null ? mul(rows, Number.NaN) : rows;
}
