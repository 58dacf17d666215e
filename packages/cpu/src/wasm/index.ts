export { addressAt, addressFromBase, placeOf } from "./address.ts";
export { atomic } from "./atomic.ts";
export type { FromParam, FunctionCode, Lifted } from "./code.ts";
export {
  type Floats,
  type FloatVectors,
  floatsOf,
  type Num,
} from "./floats.ts";
export {
  callValue,
  type Func,
  FunctionBuilder,
  type Gap,
  type Local,
} from "./function.ts";
export { ModuleBuilder, maxPages } from "./module.ts";
export { drop, f32, f64, i32, i64, memoryCopy, memoryFill, select, unreachable } from "./scalar.ts";
export { bitsOf, f32x4, f64x2, i8x16, i16x8, i32x4, i64x2, v128 } from "./simd.ts";
export {
  asI32,
  type I32,
  type I32Like,
  type Statement,
  type V128,
  type Value,
} from "./value.ts";
