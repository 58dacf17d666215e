export { type OnnxOptions, onnxBytes } from "./onnxBytes.ts";
