import { type Backend, type CpuOptions, cpu, gpu } from "metrigrad";
import type { Kit, Peer } from "../kit.ts";
import { oursOn } from "./solvers.ts";

/** One variant of metrigrad's backends. */
export interface Ours extends Kit {
  /** What is added to the name of a case: `plain`, `relaxed`, `relaxed 2 threads`, `webgpu`. */
  readonly variant: string;
  readonly backend: Backend;
  /** The same on one thread, for a variant on several. */
  readonly single: Ours | null;
}

/**
 * Plain and, where the engine has it, relaxed SIMD on one thread, and the better of them on `threads`.
 * Those that this build does not have are left out with a remark.
 */
export async function variants(
  threads: number,
  remark: (text: string) => void,
): Promise<readonly Ours[]> {
  const plain = await variant({ relaxed: false }, 1, null);
  const relaxed = await variant({ relaxed: true }, 1, null).catch(() => null);
  if (relaxed === null) remark("metrigrad: no relaxed SIMD in this engine");
  const single = relaxed === null ? [plain] : [plain, relaxed];
  if (threads === 1) return single;
  const best = relaxed ?? plain;
  const many = await variant({ relaxed: relaxed !== null }, threads, best).catch(() => null);
  if (many?.version.includes(`${threads} threads`) === true) return [...single, many];
  remark(`metrigrad: this build does not run on ${threads} threads here`);
  await many?.close();
  return single;
}

async function variant(options: CpuOptions, threads: number, single: Ours | null): Promise<Ours> {
  const asked: CpuOptions & { readonly threads: number } = { ...options, threads };
  const backend = await cpu(asked);
  const simd = options.relaxed === true ? "relaxed" : "plain";
  const label = threads === 1 ? simd : `${simd} ${threads} threads`;
  const version = backend.describe().replace(/, [\d.]+ MB.*/, "");
  return { ...oursAs(label, backend, version), single };
}

/** Metrigrad's gpu backend on WebGPU; `load` throws where no adapter answers. */
export const webgpu: Peer<Ours> = {
  name: "metrigrad webgpu",
  load: async () => {
    const backend = await gpu({ mode: "webgpu" });
    const version = backend.describe();
    const [, device = version] = /^gpu: webgpu \((.*)\);/.exec(version) ?? [];
    return { ...oursAs("webgpu", backend, version), device };
  },
};

function oursAs(variant: string, backend: Backend, version: string): Ours {
  return {
    name: `metrigrad ${variant}`,
    version,
    variant,
    backend,
    single: null,
    solvers: oursOn(backend),
    close: () => backend.close(),
  };
}
