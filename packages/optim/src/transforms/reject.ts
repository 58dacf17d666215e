import { cast, lessEqual } from "@metrigrad/graph";
import { lossChange } from "../core/lossChange.ts";
import { checkSettings } from "../core/settings.ts";
import type { ChainStep } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * A step that raises the loss of its own batch by more than `above` nats, or makes it NaN, is undone on
 * the device: parameters and the state of the chain's transforms stay as they were (an average around it moves on towards them), momentum begins again; running averages
 * of the metric and the adaptation of the damping go on. Takes a forward pass, and acts at the end of the
 * chain wherever it stands. Throws GraphError for a bound that is negative or not finite.
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
