import type { Optimizer } from "@metrigrad/optim";
import * as optim from "@metrigrad/optim";
import type { optimizerNames } from "../names.ts";

type Name = (typeof optimizerNames)[number];
type Maker = (settings?: { readonly learningRate?: number }) => Optimizer;

/** An optimizer by its name, with its own defaults but for the learning rate. Throws what it throws. */
export function namedOptimizer(name: string, learningRate: number | undefined): Optimizer {
  const known = optim as unknown as Readonly<Record<Name, Maker>>;
  return known[name as Name](learningRate === undefined ? {} : { learningRate });
}
