export { atomic } from "./atomic.ts";
export {
  callValue,
  type Func,
  FunctionBuilder,
  type Gap,
  type Local,
} from "./function.ts";
export { ModuleBuilder, maxPages } from "./module.ts";
export { f32, f64, i32, i64, memoryCopy, memoryFill, select } from "./scalar.ts";
export { bitsOf, f32x4, f64x2, i8x16, i16x8, i32x4, v128 } from "./simd.ts";
export type { F32, I32, I32Like, Statement, V128, Value } from "./value.ts";
