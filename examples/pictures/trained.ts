import { type AnyModule, cpu, type FloatType, type Store } from "metrigrad";
import type { Settings } from "../support/settings.ts";
import type { Raster } from "./raster.ts";

/** What the module of an example has. */
export interface Example<O> {
  readonly train: (settings: Settings<O>) => Promise<unknown>;
  readonly optimizers: { readonly rngd: O };
}

/** Makes a picture, which takes as long as a training. */
export type Picture = () => Promise<Raster>;

/**
 * A picture of what an example has learned. It learns as its own command does, by its natural gradient and with seed 1.
 * @param example - The module of the example.
 * @param draw - Draws the trained model.
 * @param options - `size` is 1, and `float` "f32" by default.
 * @returns what makes the picture
 */
export function pictureOf<O, M extends AnyModule>(
  { train, optimizers }: Example<O>,
  draw: (store: Store, model: M) => Promise<Raster>,
  { size = 1, float = "f32" }: { readonly size?: number; readonly float?: FloatType } = {},
): Picture {
  return async () => {
    const backend = await cpu({ float });
    const seen: Raster[] = [];
    const look = async (store: Store, model: M) => {
      seen.push(await draw(store, model));
    };
    await train({ size, optimizer: optimizers.rngd, backend, seed: 1, look });
    await backend.close();
    return seen[0] as Raster;
  };
}
