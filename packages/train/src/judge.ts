import { compile, type Program } from "@metrigrad/graph";
import type { Module } from "@metrigrad/nn";
import type { Penalty } from "@metrigrad/optim";
import type { Handle, Store } from "@metrigrad/tensor";
import { residentSplit, type SplitName } from "./data/resident.ts";
import { type Evaluation, type Evaluator, evaluator } from "./evaluation.ts";
import type { FitOptions } from "./options.ts";

/** Evaluates a model between epochs; what it needs is compiled when it is first needed. */
export interface Judge {
  evaluate(split: SplitName): Promise<Evaluation>;
  /** The L2 term ½β Σ‖W‖². */
  penalty(): Promise<number>;
  close(): Promise<void>;
}

/** A judge of a model whose values are in a store. */
export function judge(
  model: Module,
  options: FitOptions,
  store: Store,
  penalty: Penalty | null,
): Judge {
  const { data, likelihood } = options;
  const evaluators = new Map<SplitName, Evaluator>();
  let l2: Program<Handle> | null = null;
  return {
    async evaluate(name) {
      let found = evaluators.get(name);
      if (found === undefined) {
        found = await evaluator({ model, likelihood, split: residentSplit(data, name) }, store);
        evaluators.set(name, found);
      }
      return found.evaluate();
    },
    async penalty() {
      if (penalty === null) return 0;
      l2 ??= await compile({ outputs: penalty.value }, store);
      return (await (await l2.run()).read()).item();
    },
    async close() {
      await Promise.all([...evaluators.values()].map((each) => each.close()));
      await l2?.close();
    },
  };
}
