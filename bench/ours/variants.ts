import { type Backend, type CpuOptions, cpu, gpu } from "metrigrad";
import type { Kit, Peer } from "../kit.ts";
import { oursOn } from "./solvers.ts";

/** One variant of metrigrad's backends. */
export interface Ours extends Kit {
  /** What is added to the name of a case: `plain`, `relaxed`, `relaxed 2 threads`, `native`, `webgpu`. */
  readonly variant: string;
  readonly backend: Backend;
  /** The same on one thread, for a variant on several. */
  readonly single: Ours | null;
}

/**
 * Plain and, where the engine has it, relaxed SIMD on one thread, and the better of them on `threads`; with the
 * machine's linear algebra on one thread and on `threads`. Those that are not to be had are left out with a remark.
 */
export async function variants(
  threads: number,
  remark: (text: string) => void,
): Promise<readonly Ours[]> {
  const open = (options: CpuOptions, count: number, single: Ours | null, name: string) =>
    variant({ native: false, ...options }, count, single, name).catch((error: Error) => {
      remark(`metrigrad ${name}: ${error.message}`);
      return null;
    });
  const plain = await variant({ relaxed: false, native: false }, 1, null, "plain");
  const relaxed = await open({ relaxed: true }, 1, null, "relaxed");
  const simd = relaxed === null ? "plain" : "relaxed";
  const native = await open({ native: true }, 1, null, "native");
  const single = [plain, relaxed, native].filter((one) => one !== null);
  if (threads === 1) return single;
  const best = relaxed ?? plain;
  const many = [
    await open({ relaxed: relaxed !== null }, threads, best, `${simd} ${threads} threads`),
    native && (await open({ native: true }, threads, native, `native ${threads} threads`)),
  ].filter((one) => one !== null);
  const threaded = many.filter(({ version }) => version.includes(`${threads} threads`));
  if (threaded.length === many.length) return [...single, ...many];
  remark(`metrigrad: this build does not run on ${threads} threads here`);
  for (const one of many) await one.close();
  return single;
}

/** The best on one thread that has the backend's own kernels only. */
export function bestOwn(all: readonly Ours[]): Ours | undefined {
  return all.filter(({ single, variant }) => single === null && variant !== "native").at(-1);
}

async function variant(
  options: CpuOptions,
  threads: number,
  single: Ours | null,
  name: string,
): Promise<Ours> {
  const backend = await cpu({ ...options, threads });
  const version = backend
    .describe()
    .replace(/, [\d.]+ MB[^;]*/, "")
    .replace(/; (all steps|no native).*/, "");
  return { ...oursAs(name, backend, version), single };
}

/**
 * Metrigrad's gpu backend on WebGPU; `load` throws where no adapter answers. With `tune` products are computed as they
 * are fastest there.
 */
export const webgpu = (tune: boolean): Peer<Ours> => {
  const variant = tune ? "webgpu tuned" : "webgpu";
  return {
    name: `metrigrad ${variant}`,
    load: async () => {
      const backend = await gpu({ mode: "webgpu", tune });
      const version = backend.describe();
      const [, device = version] = /^gpu: webgpu \((.*)\);/.exec(version) ?? [];
      return { ...oursAs(variant, backend, version), device };
    },
  };
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
