import { relu } from "@metrigrad/graph";
import { batchNorm, dense, type Module, sequential } from "@metrigrad/nn";
import type { archNames } from "./names.ts";

const sizes = [784, 80, 80, 80] as const;
const classes = 10;

/** What the networks are called in charts. */
export const network = `${[...sizes, classes].join("-")} relu`;

/**
 * The paper's networks 784-80-80-80-10 with relu: `plain`, and `bna` with batch normalisation after
 * each hidden activation (decay 0.999, ε 1e-3).
 */
export const archs: Readonly<Record<string, () => Module>> = {
  plain: () => build(() => []),
  bna: () => build((outputs) => [batchNorm.paper(outputs) as Module]),
} satisfies Readonly<Record<(typeof archNames)[number], () => Module>>;

function build(after: (outputs: number) => readonly Module[]): Module {
  const hidden = sizes.slice(1).flatMap((outputs, index) => {
    const layer = dense(sizes[index] as number, outputs, { activation: relu });
    return [layer as Module, ...after(outputs)];
  });
  return sequential(...hidden, dense(sizes.at(-1) as number, classes) as Module) as Module;
}
