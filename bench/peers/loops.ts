import { contestant } from "../contestant.ts";
import type { Peer } from "../kit.ts";
import { chainOf } from "../problems.ts";

/** Loops over float32 arrays as one writes them by hand, with the functions of Math. */
export const loops: Peer = {
  name: "Math loop",
  load: async () => ({
    name: "Math loop",
    version: "JavaScript",
    solvers: {
      chain: async ({ x }) => {
        const y = new Float32Array(x.length);
        return contestant(() => {
          for (let i = 0; i < x.length; i++) y[i] = chainOf(x[i] as number);
          return y;
        });
      },
      function: async ({ name, x }) => {
        const y = new Float32Array(x.length);
        return contestant(bodies[name](x, y));
      },
    },
    close: async () => {},
  }),
};

type Body = (x: Float32Array, y: Float32Array) => () => Float32Array;

/** One loop per function, so that each call in it is known to the engine. */
const bodies: Readonly<Record<"exp" | "log" | "tanh", Body>> = {
  exp: (x, y) => () => {
    for (let i = 0; i < x.length; i++) y[i] = Math.exp(x[i] as number);
    return y;
  },
  log: (x, y) => () => {
    for (let i = 0; i < x.length; i++) y[i] = Math.log(x[i] as number);
    return y;
  },
  tanh: (x, y) => () => {
    for (let i = 0; i < x.length; i++) y[i] = Math.tanh(x[i] as number);
    return y;
  },
};
