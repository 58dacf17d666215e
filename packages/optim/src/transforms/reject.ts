import { cast, lessEqual } from "@metrigrad/graph";
import { lossChange } from "../core/lossChange.ts";
import { checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a link of a {@link chain} that undoes a step on the device if it raises the loss of its own batch, or makes
 * it NaN.
 *
 * Parameters and the state of the chain's transforms then stay as they were. Momentum begins again. Running averages
 * of the metric and the adaptation of the damping go on, and an average around the chain moves on towards the
 * parameters. It takes a forward pass, and acts at the end of the chain wherever it stands. It reports `accepted`, 1
 * or 0.
 *
 * @param above - The rise of the loss that is still accepted, in nats; 0 by default.
 * @returns The transform.
 * @throws {@link GraphError} if `above` is negative or not finite.
 * @category Optimizers: combining
 */
export function reject(above = 0): Transform {
  checkSettings("reject", { above }, { above: [0, Number.MAX_VALUE] });
  return Object.freeze({
    name: "reject",
    settings: { above },
    transform: (step, context) => {
      const accepts = ({ directions }: ChainStep) =>
        lessEqual(lossChange(context, directions), above);
      const tell = (whole: ChainStep): ChainStep => {
        const value = () => cast(accepts(whole), "float");
        const quantity = { name: "accepted", value, costly: false };
        const { quantities, blocks } = whole.report;
        return { ...whole, report: { blocks, quantities: [...quantities, quantity] } };
      };
      return { ...step, accepts: [...step.accepts, accepts], last: [...step.last, tell] };
    },
  } satisfies Transform);
}
