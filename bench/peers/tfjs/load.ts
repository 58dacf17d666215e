import type { Peer } from "../../kit.ts";
import { load } from "../module.ts";
import { ownGradient } from "./convolution.ts";
import { tfjsKit } from "./kit.ts";
import { modelOf } from "./models.ts";
import type { Tf } from "./types.ts";

/** The library, whichever of its backends is used. */
export async function core(): Promise<Tf> {
  const tf = await load<Tf>("@tensorflow/tfjs");
  tf.enableProdMode();
  return tf;
}

/** TensorFlow.js on XNNPACK in WebAssembly: SIMD, one thread. */
export const tfjsWasm: Peer = {
  name: "tfjs-wasm",
  load: async () => {
    const tf = await onWasm();
    return tfjsKit(tf, "wasm", `${tf.version_core}, SIMD, 1 thread`);
  },
};

/** The same with a gradient of convolutions from its own kernels, since it has none to train with. */
export const tfjsWasmGradient: Peer = {
  name: "tfjs-wasm + gradient",
  load: async () => {
    const tf = await onWasm();
    return {
      name: "tfjs-wasm + gradient",
      version: `${tf.version_core}, SIMD, 1 thread; kernel gradients of convolutions as convolutions`,
      solvers: { images: (problem) => modelOf(tf, "wasm", problem, ownGradient(tf)) },
      close: async () => {},
    };
  },
};

async function onWasm(): Promise<Tf> {
  const tf = await core();
  await load("@tensorflow/tfjs-backend-wasm");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const before = fatal.map((event) => process.listeners(event as "uncaughtException"));
  if (!(await tf.setBackend("wasm"))) throw new Error("its wasm backend must start, it did not");
  // Its module listens for every error of the process and prints itself whole before it.
  for (const [at, event] of fatal.entries()) {
    for (const listener of process.listeners(event as "uncaughtException")) {
      if (!before[at]?.includes(listener)) process.removeListener(event, listener);
    }
  }
  return tf;
}

const fatal = ["uncaughtException", "unhandledRejection"] as const;

/** TensorFlow.js in plain JavaScript. */
export const tfjsCpu: Peer = {
  name: "tfjs-cpu",
  load: async () => {
    const tf = await core();
    return tfjsKit(tf, "cpu", `${tf.version_core}, JavaScript`);
  },
};
