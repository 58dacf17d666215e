import { compile, input } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import type { Definition } from "./definition.ts";
import type { Response } from "./density.ts";
import { divergenceRate } from "./divergence.ts";
import { axesOf } from "./point.ts";

/** J'FJ with the law's Fisher information F in h and J = ∂h/∂θ by finite differences. */
export async function byLaw(response: Response): Promise<Definition> {
  const { law, natural, store, point, samples } = response;
  const [n = 0, m = 0] = natural.shape;
  const values = await compile({ outputs: natural }, store);
  const h = async () => Float64Array.from((await (await values.run()).read()).data());
  const information = await compile({ outputs: law.fisher(natural) }, store);
  const f = (await (await information.run()).read()).data();
  await information.close();
  const here = await h();
  const fixed = (data: Float64Array) => tensor(data, { shape: [n, m] });
  const apart =
    law.kl === null
      ? null
      : await compile({ outputs: law.kl(input("h", [n, m]), input("to", [n, m])) }, store);
  const divergence = async (delta: Float64Array) => {
    const there = await point.at(delta, h);
    const handle = await apart?.run({ h: fixed(here), to: fixed(there) });
    const all = (await handle?.read())?.data() ?? [];
    return Array.from(all).reduce((sum, value) => sum + value, 0) / samples;
  };
  /** a'Fb over all rows. */
  const product = (a: Float64Array, b: Float64Array) => {
    let total = 0;
    for (let s = 0; s < n; s++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < m; j++) {
          const weight = f[(s * m + i) * m + j] as number;
          total += weight * (a[s * m + i] as number) * (b[s * m + j] as number);
        }
      }
    }
    return total / samples;
  };
  return {
    name: "the law's Fisher information",
    defect: null,
    fisher: async (directions) => {
      const along = await point.slopes(directions ?? axesOf(point.size), h);
      return Float64Array.from(along.flatMap((a) => along.map((b) => product(a, b))));
    },
    divergence: apart === null ? null : (delta) => divergenceRate(divergence, delta),
    close: async () => {
      await values.close();
      await apart?.close();
    },
  };
}
