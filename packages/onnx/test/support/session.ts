/** Runs exported files by onnxruntime-web, which has its own kernels in WebAssembly. */
import { decodeHalves, encodeHalves, type Tensor, tensor } from "@metrigrad/tensor";
import * as ort from "onnxruntime-web/wasm";

// With one thread it loads in Node too.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const types = {
  f32: "float32",
  f64: "float32",
  i32: "int32",
  u8: "uint8",
  bool: "bool",
  u32: "uint32",
  f16: "float16",
} as const;

/** Returns elements as onnxruntime-web takes them: it has no floats of 64 bits here, and halves are bits. */
function dataOf(value: Tensor) {
  if (value.dtype === "f16") return encodeHalves(value.data());
  return value.dtype === "f64" ? Float32Array.from(value.data()) : value.data();
}

/** A file that is open for requests. */
export interface Session {
  readonly inputNames: readonly string[];
  /** Returns the outputs by name. */
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Record<string, Tensor>>;
  close(): Promise<void>;
}

/** Opens an exported file. */
export async function session(bytes: Uint8Array): Promise<Session> {
  const own = await ort.InferenceSession.create(bytes);
  return {
    inputNames: own.inputNames,
    async run(inputs) {
      const feeds = Object.entries(inputs).map(([name, value]) => {
        const data = dataOf(value);
        return [name, new ort.Tensor(types[value.dtype], data as never, [...value.shape])] as const;
      });
      const made = await own.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(made).map(([name, value]) => {
          const data = value.data as Float32Array | Int32Array | Uint8Array | Uint16Array;
          const shape = [...value.dims];
          if (!(data instanceof Uint16Array)) return [name, tensor(data, { shape })] as const;
          const numbers = decodeHalves(data);
          return [name, tensor(numbers, { shape, dtype: "f16" })] as const;
        }),
      );
    },
    close: () => own.release(),
  };
}
