export { atomic } from "./atomic.ts";
export {
  callValue,
  type Func,
  type FuncType,
  FunctionBuilder,
  type Gap,
  type Label,
  type Local,
} from "./function.ts";
export { ModuleBuilder, maxPages } from "./module.ts";
export { f32, f64, i32, i64, memoryCopy, memoryFill, select } from "./scalar.ts";
export { bitsOf, f32x4, f64x2, i8x16, i16x8, i32x4, v128 } from "./simd.ts";
export type { F32, F64, I32, I32Like, I64, Statement, V128, ValType, Value } from "./value.ts";
