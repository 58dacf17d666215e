import { compile, type Node } from "@metrigrad/graph";
import { type AnyModule, applyModel } from "@metrigrad/nn";
import { reference, type Tree, tensor } from "@metrigrad/tensor";

/** The output of a model, inferring, with values of its variables by path; what is not given is as it begins. */
export async function withValues(
  model: AnyModule,
  values: Readonly<Record<string, ArrayLike<number>>>,
  x: Tree<Node>,
): Promise<number[]> {
  const backend = await reference();
  const store = await backend.store(model, { seed: 3 });
  for (const [path, value] of Object.entries(values)) {
    const { shape } = await store.read(path);
    await store.write(path, tensor(Float64Array.from(value), { shape }));
  }
  const output = applyModel(model as never, x as never).output as Node;
  const program = await compile({ outputs: output }, store);
  const found = Array.from((await (await program.run()).read()).data());
  await backend.close();
  return found;
}
