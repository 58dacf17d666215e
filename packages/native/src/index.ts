export { openNative } from "./open.ts";
export type {
  NativeFunction,
  NativeKernels,
  NativeLibrary,
  NativeOptions,
  NativeRecipe,
  NativeSymbol,
} from "./types.ts";
