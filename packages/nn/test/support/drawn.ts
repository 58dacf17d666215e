import { compile, type Node } from "@metrigrad/graph";
import { type Backend, reference } from "@metrigrad/tensor";

/** Values of nodes in `runs` runs of one program, seed 11; the backend, reference by default, is closed. */
export async function drawn(
  nodes: readonly Node[],
  runs = 1,
  backend?: Backend,
): Promise<number[][]> {
  const used = backend ?? (await reference());
  const store = await used.store([], { seed: 11, float: "f32" });
  const program = await compile({ outputs: nodes }, store);
  const found: number[][] = [];
  for (let run = 0; run < runs; run++) {
    for (const handle of await program.run()) {
      found.push(Array.from((await handle.read()).data()));
    }
  }
  await used.close();
  return found;
}
