import { rngState } from "@metrigrad/graph";
import {
  type Communicator,
  GraphError,
  hashPath,
  type Store,
  type Tensor,
  type TypedArray,
  tensor,
} from "@metrigrad/tensor";

/**
 * Throws GraphError on all ranks if the ranks differ in one of the values. The message names those that differ. Without this, ranks
 * with different models would wait for each other without end.
 */
export async function agree(
  communicator: Communicator,
  where: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const names = Object.keys(values).sort();
  const counts = await gathered(communicator, Uint32Array.of(names.length));
  const own = Uint32Array.from(names, (name) => hashPath(`${name}=${values[name]}`));
  const alike = counts.every((count) => count === names.length);
  const all = alike ? await gathered(communicator, own) : new Uint32Array(0);
  const odd = names.filter((_, at) => {
    const ranks = Array.from(
      { length: communicator.size },
      (_, rank) => all[rank * names.length + at],
    );
    return ranks.some((hash) => hash !== ranks[0]);
  });
  if (alike && odd.length === 0) return;
  const first = JSON.parse(await sharedText(communicator, JSON.stringify(values)));
  throw new GraphError({
    where,
    must: `all ${communicator.size} ranks must train the same model on data of the same form with the same settings`,
    got: differences(values, first, odd) || `others on some ranks, here as on rank 0`,
    todo: "start the same program with the same options on every rank",
  });
}

/** What this rank has, and what rank 0 has in its place; of values that other ranks have in their own way, what this rank has. */
function differences(
  own: Readonly<Record<string, string>>,
  first: Readonly<Record<string, string>>,
  odd: readonly string[],
): string {
  const names = [...new Set([...Object.keys(own), ...Object.keys(first)])].sort();
  const here = names.filter((name) => own[name] !== first[name]);
  const told = here.length > 0 ? here : odd;
  const text = (name: string) => {
    const [mine = "none", other = "none"] = [own[name], first[name]];
    return mine === other
      ? `${name} ${mine} here, and another one on some`
      : `${name} ${mine} here, and ${other} on rank 0`;
  };
  return told.slice(0, 5).map(text).join("; ");
}

/** Returns the values of all ranks one after the other. */
async function gathered(communicator: Communicator, own: Uint32Array): Promise<Uint32Array> {
  const all = new Uint32Array(own.length * communicator.size);
  await communicator.allgather(own, all);
  return all;
}

/** Gives all ranks the text of rank 0. */
export async function sharedText(communicator: Communicator, text: string): Promise<string> {
  const own = new TextEncoder().encode(communicator.rank === 0 ? text : "");
  const length = Uint32Array.of(own.length);
  await communicator.broadcast(length);
  const bytes = communicator.rank === 0 ? own : new Uint8Array(length[0] as number);
  await communicator.broadcast(bytes);
  return new TextDecoder().decode(bytes);
}

/** Gives all ranks the parameters and the state of rank 0. Their stores must have the same variables. */
export async function shareStore(
  communicator: Communicator,
  where: string,
  store: Store,
): Promise<void> {
  // A loaded checkpoint may have the state of draws on rank 0 alone.
  await store.add([{ path: rngState.attrs.path as string, spec: rngState.attrs }]);
  const kept = store.variables.filter(({ spec }) => spec.role !== "data");
  const shapes = kept.map(({ path, spec }) => [path, `${spec.type} [${spec.shape.join(", ")}]`]);
  const network = networkText(communicator);
  await agree(communicator, where, { network, float: store.float, ...Object.fromEntries(shapes) });
  for (const { path, spec } of [...kept].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    // A store may have halves as bits, which no communicator knows.
    const live = spec.type === "f16" ? null : (store.view?.(spec) ?? null);
    if (live !== null) {
      await communicator.broadcast(live);
      continue;
    }
    const copy = (await store.read(path)).data().slice() as TypedArray;
    await communicator.broadcast(copy);
    await store.write(path, tensor(copy, { shape: spec.shape }));
  }
}

/** Gives all ranks the tensors of rank 0, by name. */
export async function sharedTensors(
  communicator: Communicator,
  tensors: ReadonlyMap<string, Tensor>,
): Promise<ReadonlyMap<string, Tensor>> {
  const listed = [...tensors].map(([name, { shape, dtype }]) => ({ name, shape, dtype }));
  const list: typeof listed = JSON.parse(await sharedText(communicator, JSON.stringify(listed)));
  const all = new Map<string, Tensor>();
  for (const { name, shape, dtype } of list) {
    const own = tensors.get(name) ?? tensor(new Float64Array(size(shape)), { shape, dtype });
    const values = own.data().slice() as TypedArray;
    await communicator.broadcast(values);
    all.set(name, tensor(values, { shape, dtype }));
  }
  return all;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, one) => product * one, 1);
}

/** The network of a communicator in words. Ranks that take another one deal out their work in another way. */
export function networkText({ network }: Communicator): string {
  return network === undefined ? "none" : `${network.latency} s, ${network.bandwidth} B/s`;
}
