import { join } from "node:path";
import { openNative } from "@metrigrad/native";
import type { Backend, Plan, VariableSpec, View } from "@metrigrad/tensor";
import { build } from "esbuild";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { cpu } from "../../src/index.ts";
import type { NativeLibrary } from "../../src/native/contract.ts";
import { openCpu } from "../../src/open.ts";
import { onNative } from "../support/native.ts";

const messageOf = (made: Promise<unknown>): Promise<string> =>
  made.then(
    () => "",
    (error) => (error as Error).message,
  );

test("cpu, native: describe names the library, or says why there is none", async (t) => {
  await onNative(t, async ([backend]) => {
    t.match(
      (backend as Backend).describe(),
      /; large products .* and eigenvectors by \S.+, all other steps there$/,
    );
  });
  const without = await cpu({ native: false, threads: 1 });
  t.match(without.describe(), /all steps run there; no native library \(native: false\)$/);
  const off = await openCpu({ environment: "off", threads: 1 });
  t.match(off.describe(), /no native library \(METRIGRAD_NATIVE=off\)$/);
});

test("cpu, native: options by other names, and a library that is no name, are refused", async (t) => {
  t.match(
    await messageOf(cpu({ native: { lib: "libopenblas.so.0" } as never })),
    /^cpu\(\{ native \}\): options must be among library, got lib;/,
  );
  for (const library of [3, [], ["libblas.so.3", null]]) {
    t.equal(
      await messageOf(cpu({ native: { library: library as never } })),
      `cpu({ native }): library must be a name or path, or a list of them, got ${JSON.stringify(library)}; leave it out to search`,
    );
  }
  t.match(
    await messageOf(cpu({ native: "on" as never })),
    /true, false or options, got "on"; leave/,
  );
});

test("cpu, native: what is asked for and missing is an error", async (t) => {
  t.match(
    await messageOf(openCpu({ native: true, environment: "off" })),
    /^native: a BLAS library .* got METRIGRAD_NATIVE=off; unset the variable$/,
  );
  t.match(
    await messageOf(openCpu({ native: { library: "/none.so" }, environment: "" })),
    /got \/none\.so \(.*install one/,
  );
  const scope = globalThis as { process?: unknown };
  const { process } = scope;
  delete scope.process;
  const there = await messageOf(openCpu({ native: true }));
  const backend = await openCpu({ threads: 1 });
  scope.process = process;
  t.equal(there, "cpu({ native }): the engine must be Node, got another one; leave the option out");
  t.match(backend.describe(), /all steps run there$/);
});

/** A library whose workers cannot bind it, whatever the machine has. */
function unloadable(threadSafe: boolean): NativeLibrary {
  return {
    name: "Nothing 1.0",
    functions: ["gemm", "syrk", "trsm"],
    threadSafe,
    recipe: { koffi: "/no/such/koffi.cjs", source: "" },
    bind: () => ({}),
  };
}

test("cpu, native: where a thread cannot bind the library, all do without", async (t) => {
  const options = { relaxed: false, threads: 2, grain: 0 };
  for (const [safe, why] of [
    [true, /^threads: .*\/no\/such\/koffi/],
    [false, /^Nothing 1\.0 was built for one thread$/],
  ] as const) {
    const library = unloadable(safe);
    const device = await Device.create({ ...options, native: { library, why: "", needed: false } });
    t.equal(device.native.library, null);
    t.match(device.native.why, why);
    await device.close();
    const needed = Device.create({ ...options, native: { library, why: "", needed: true } });
    t.match(await messageOf(needed), /cpu\({ native }\): every thread must be able to call/);
  }
});

test("cpu, native: the package fits what the backend takes it for", async (t) => {
  const found = (): NativeLibrary | null => {
    try {
      return openNative({}, "");
    } catch {
      return null;
    }
  };
  t.ok(found() === null || found()?.recipe.source.includes("koffi.load"));
});

/** c = a·b of variables as a plan. */
function productPlan(m: number, k: number, n: number) {
  const sizes = [m * k, k * n] as const;
  const specs = sizes.map((size, at): VariableSpec => {
    const init = () => Float32Array.from({ length: size }, (_, i) => Math.sin(i + at));
    return { path: `v${at}`, shape: [size], type: "float", role: "state", init };
  });
  const view = (buffer: number, rows: number, cols: number): View => ({
    ...{ buffer, shape: [rows, cols], strides: [cols, 1], offset: 0 },
  });
  const outputs = [view(2, m, n)];
  const plan: Plan = {
    float: "f32",
    buffers: [
      ...specs.map((spec, at) => ({
        ...{ dtype: "f32" as const, size: sizes[at] as number, label: spec.path ?? "" },
        place: { kind: "variable" as const, spec },
      })),
      { dtype: "f32", size: m * n, place: { kind: "output" }, label: "c" },
    ],
    steps: [{ kind: "matmul", label: "p", a: view(0, m, k), b: view(1, k, n), outputs }],
    feeds: [],
    outputs,
    arenaBytes: 0,
  };
  return { specs, plan };
}

test("cpu, native: the same bits whether threads share a run or not, also when the memory has grown", async (t) => {
  for (const threads of [1, 2, 3]) {
    await onNative(
      t,
      async ([one]) => {
        const backend = one as Backend;
        const { specs, plan } = productPlan(150, 170, 190);
        const store = await backend.store(specs);
        const program = await store.prepare(plan);
        const outcomes = new Set<string>();
        for (let turn = 0; turn < 12; turn++) {
          const [product] = await program.run([]);
          outcomes.add(((await product?.read())?.data() ?? []).join());
          const init = () => new Float32Array(2 ** 20);
          const type = { type: "float", role: "state" } as const;
          // More memory than there is so far.
          await backend.store([{ path: "big", shape: [2 ** 20], init, ...type }]);
        }
        t.equal(outcomes.size, 1, `${threads} threads`);
      },
      [{ threads, grain: 0 }],
    );
  }
});

test("cpu, native: a bundle for browsers has nothing of it", async (t) => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, "../../src/index.ts")],
    ...{ bundle: true, write: false, metafile: true, format: "esm", platform: "browser" },
    conditions: ["@metrigrad/source"],
    logLevel: "error",
  } as const);
  const inputs = Object.keys(metafile.inputs);
  t.ok(inputs.some((path) => path.includes("cpu/src/native/load.ts")));
  t.notOk(inputs.some((path) => /packages\/native\/|koffi/.test(path)));
});
