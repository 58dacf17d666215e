import type { Peer } from "../../kit.ts";
import { load, versionOf } from "../module.ts";
import { tfjsKit } from "./kit.ts";
import { core } from "./load.ts";

/** What the npm package `webgpu` exports. */
interface Provider {
  readonly globals: object;
  create(options: readonly string[]): GPU;
}

/** Kept for the life of the process: a device dies with what made it. */
let provided: GPU | null = null;

/**
 * TensorFlow.js on WebGPU, in Node on the package webgpu: it takes `navigator.gpu` when it starts, and
 * the constants of WebGPU from the global object.
 */
export const tfjsWebgpu: Peer = {
  name: "tfjs-webgpu",
  load: async () => {
    const { create, globals } = await load<Provider>("webgpu");
    provided ??= create([]);
    const gpu = provided;
    const info = (await gpu.requestAdapter())?.info;
    if (info === undefined) throw new Error("no WebGPU adapter answers");
    Object.assign(globalThis, globals);
    const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    const value = { gpu, userAgent: "node" };
    Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
    try {
      const tf = await core();
      await load("@tensorflow/tfjs-backend-webgpu");
      if (!(await tf.setBackend("webgpu"))) throw new Error("its webgpu backend must start");
      const version = `${tf.version_core}, WebGPU by the package webgpu ${versionOf("webgpu")}`;
      const device = [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
      return { ...tfjsKit(tf, "webgpu", version), device };
    } finally {
      if (before === undefined) Reflect.deleteProperty(globalThis, "navigator");
      else Object.defineProperty(globalThis, "navigator", before);
    }
  },
};
