export { openNative } from "./open.ts";
export type {
  NativeFunction,
  NativeKernels,
  NativeLibrary,
  NativeOptions,
  NativeRecipe,
} from "./types.ts";
