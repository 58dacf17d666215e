export type { Backend, StoreOptions } from "./backend/backend.ts";
export type { Executable, Handle, Store } from "./backend/store.ts";
export type {
  InitContext,
  Initializer,
  VariableOwner,
  VariableRole,
  VariableSpec,
} from "./backend/variable.ts";
export { convert, fromView, type TensorOptions, tensor } from "./create.ts";
export {
  type DType,
  type FloatType,
  hostArray,
  storageBytes,
  storedType,
  type TypedArray,
  type ValueType,
} from "./dtype.ts";
export { convertElements } from "./elements.ts";
export {
  BackendError,
  DataError,
  type ErrorParts,
  GraphError,
  MetricError,
  MetrigradError,
  ShapeError,
} from "./errors.ts";
export { arg, call, literal } from "./expr/build.ts";
export type { ArgExpr, CallExpr, ConstExpr, Expr, ScalarFn, ScalarType } from "./expr/expr.ts";
export { derivedFns, type PrimitiveName, primitiveFns, scalarFns } from "./expr/functions.ts";
export { scalarTypeOf } from "./expr/scalar-type.ts";
export type { NestedArray } from "./flatten.ts";
export type { BufferSpec, Feed, Place, Plan } from "./plan/plan.ts";
export type {
  ArgReduceStep,
  CholeskyStep,
  CopyStep,
  GatherStep,
  GramStep,
  MapStep,
  MatmulStep,
  RandomStep,
  ReduceOp,
  ReduceStep,
  ScatterAddStep,
  Step,
  StepKind,
  TriangularSolveStep,
} from "./plan/step.ts";
export type { View } from "./plan/view.ts";
export { hashPath } from "./random/hash.ts";
export { permutation } from "./random/permutation.ts";
export { type RandomStream, type StreamOptions, uniformStream } from "./random/stream.ts";
export { threefry2x32 } from "./random/threefry.ts";
export {
  broadcastShapes,
  checkShape,
  normalizeAxis,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  stridesOf,
} from "./shape.ts";
export { type NestedNumbers, Tensor } from "./tensor.ts";
