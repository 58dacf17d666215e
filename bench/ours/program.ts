import {
  type Backend,
  compile,
  type FloatType,
  type Node,
  type Variable,
  variable,
} from "metrigrad";
import type { Contestant } from "../contestant.ts";

/** Values that are resident in the store. */
export function held(name: string, shape: readonly number[], values: Float32Array): Variable {
  return variable(name, shape, { role: "data", init: () => values });
}

/** A value that nothing changes: reading it waits until the device has done what was submitted before. */
const fence = held("fence", [1], new Float32Array(1));

/** A program with one output, in a store of its own. */
export async function programContestant(
  backend: Backend,
  output: Node,
  float: FloatType = "f32",
): Promise<Contestant> {
  const store = await backend.store([fence.attrs], { float });
  const program = await compile({ outputs: output }, store);
  return {
    result: async () => (await (await program.run()).read()).data(),
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) await program.run();
      await store.read(fence.attrs);
      return (performance.now() - begun) / 1000;
    },
    close: () => store.close(),
  };
}
