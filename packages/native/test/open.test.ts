import test from "tape";
import { openNative } from "../src/index.ts";
import { onLibrary } from "./support/library.ts";

/** The message of an error. */
function messageOf(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

test("openNative: finds a library, once", async (t) => {
  await onLibrary(t, (library) => {
    t.comment(`${library.name}, ${library.libraries.join(" and ")}`);
    t.deepEqual(library.functions.slice(0, 3), ["gemm", "syrk", "trsm"]);
    t.equal(openNative({}, ""), library);
    t.equal(openNative({}, "auto"), library);
    const named = openNative({ library: library.libraries }, "/none");
    t.equal(named.name, library.name, "options have precedence over the environment's name");
    t.equal(openNative({}, library.libraries.join(":")).name, library.name);
  });
});

test("openNative: METRIGRAD_NATIVE turns it off, whatever the options say", async (t) => {
  for (const word of ["off", "OFF", "0", "false", "no"]) {
    const message = messageOf(() => openNative({ library: "libopenblas.so.0" }, word));
    t.match(message, /^native: .* must be there, got METRIGRAD_NATIVE=.*; unset the variable$/);
  }
});

test("openNative: says what is wrong with a library that is named", async (t) => {
  const absent = messageOf(() => openNative({ library: ["none.so", "nor.so"] }, ""));
  t.match(absent, /got none\.so and nor\.so \(.+\); install one .*METRIGRAD_NATIVE=/);
  t.match(
    messageOf(() => openNative({}, "/no/such/library")),
    /\/no\/such\/library \(/,
  );
  t.match(
    messageOf(() => openNative({ library: [] }, "")),
    /^openNative: library must be a name or path, or a list of them, got \[\]; leave it out/,
  );
  t.match(
    messageOf(() => openNative({ lib: "x" } as never, "")),
    /^openNative: options must be among library, got lib;/,
  );
  const other = { linux: "libm.so.6", darwin: "/usr/lib/libSystem.B.dylib", win32: "kernel32.dll" };
  const library = other[process.platform as keyof typeof other] ?? "libm.so";
  const lacking = messageOf(() => openNative({ library }, ""));
  t.match(
    lacking,
    /\((it lacks sgemm, dgemm, ssyrk, dsyrk, strsm, dtrsm\)|Failed to load)/,
    "what is not required is not named",
  );
});

test("NativeLibrary: bind follows a memory that grows", async (t) => {
  await onLibrary(t, ({ bind }) => {
    for (const shared of [false, true]) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 100, shared });
      const { nativeGemm_f64: gemm } = bind(memory);
      for (const address of [1024, 1024, 50 * 65536]) {
        if (address + 128 > memory.buffer.byteLength) memory.grow(60);
        const values = new Float64Array(memory.buffer, address, 12);
        values.set([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
        gemm?.(0, 0, 2, 2, 2, 1, address, 2, address + 32, 2, 0, address + 64, 2);
        t.deepEqual([...values.subarray(8)], [19, 22, 43, 50]);
      }
    }
  });
});

test("NativeLibrary: addresses beyond 2 GiB", async (t) => {
  await onLibrary(t, ({ bind }) => {
    const memory = new WebAssembly.Memory({ initial: 32770, maximum: 65536, shared: true });
    const { nativeGemm_f32: gemm } = bind(memory);
    const address = 2 ** 31 + 64;
    const values = new Float32Array(memory.buffer, address, 12);
    values.set([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0]);
    // Addresses of WebAssembly come as signed integers.
    const signed = address | 0;
    gemm?.(0, 1, 2, 2, 2, 1, signed, 2, signed + 16, 2, 0, signed + 32, 2);
    t.deepEqual([...values.subarray(8)], [17, 23, 39, 53]);
  });
});
