import { add, mul, type Update, zerosLike } from "@metrigrad/graph";
import { checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/**
 * Makes a transform with momentum: v ← μv + u, and u becomes v, or u + μv with `nesterov` (Polyak 1964). Throws
 * GraphError if μ is not in [0, 1].
 *
 * After a step that is rejected v begins again at 0. Otherwise v would lead to the same rejected step for ever,
 * however small u becomes.
 */
export function velocity(mu: number, nesterov: boolean): Transform {
  checkSettings("momentum", { momentum: mu }, { momentum: [0, 1] });
  return Object.freeze({
    name: "momentum",
    settings: { momentum: mu, nesterov },
    transform: (step, { slot }) => {
      const updates: Update[] = [];
      const undone: Update[] = [];
      const moved = mapDirections(step, (u, variable) => {
        const kept = slot(variable, "velocity");
        const next = add(mul(kept, mu), u);
        updates.push([kept, next]);
        undone.push([kept, zerosLike(kept)]);
        return nesterov ? add(u, mul(next, mu)) : next;
      });
      const all = { updates: [...step.updates, ...updates], undone: [...step.undone, ...undone] };
      return { ...moved, ...all };
    },
  } satisfies Transform);
}
