export type { Backend, NameOptions, Store, StoreOptions } from "./backend/backend.ts";
export type { Communicator, Network } from "./backend/communicator.ts";
export type { Executable, Handle } from "./backend/executable.ts";
export {
  checkHolds,
  checkPlanFloat,
  checkStoreOptions,
  checkWritten,
  closedError,
  initialValue,
  staleError,
} from "./backend/storeRules.ts";
export { UsedVariables } from "./backend/usedVariables.ts";
export type {
  InitContext,
  Initializer,
  NamedVariable,
  VariableOwner,
  VariableRole,
  VariableSpec,
  Variables,
} from "./backend/variable.ts";
export { type Addition, type Stored, showSpec, VariableTable } from "./backend/variableTable.ts";
export { convert, fromView, type TensorOptions, tensor } from "./create.ts";
export {
  type DType,
  type FloatType,
  hostArray,
  isStoredOnly,
  storageBytes,
  storedType,
  type TypedArray,
  type ValueType,
  valueTypeOf,
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
export { derivative } from "./expr/derive.ts";
export { compileExpr, compileExprs, type ExprProgram, evaluate } from "./expr/evaluate.ts";
export { expand, expandAll } from "./expr/expand.ts";
export type { ArgExpr, CallExpr, ConstExpr, Expr, ScalarFn, ScalarType } from "./expr/expr.ts";
export {
  derivedFns,
  type PrimitiveName,
  primitiveFns,
  scalarFns,
  transcendentalFns,
} from "./expr/functions.ts";
export { polygammaFn } from "./expr/gamma.ts";
export { infixSyntax } from "./expr/infix.ts";
export { javascriptSyntax } from "./expr/javascript.ts";
export { type ParsedFunction, type ParseOptions, parseExpr, parseFunction } from "./expr/parse.ts";
export { type PrintedCode, type PrintOptions, printCode, printExpr } from "./expr/print.ts";
export { scalarTypeOf } from "./expr/scalarType.ts";
export { simplify, simplifyAll } from "./expr/simplify.ts";
export { substitute, substituteAll } from "./expr/substitute.ts";
export type { Phrase, Syntax } from "./expr/syntax.ts";
/**
 * Parts with which you write the syntax of another language for {@link printCode}: phrases, operators and calls.
 *
 * @category Expressions
 */
export * as syntax from "./expr/syntax.ts";
export { argsOf, postorder, rebuild } from "./expr/walk.ts";
export type { NestedArray } from "./flatten.ts";
export { decodeHalves, encodeHalves, halfValue } from "./half.ts";
export { atOnce, inPieces, type Pieces, pause } from "./host/pause.ts";
export { checkNames } from "./names.ts";
export { mapViews, stepViews, turnOf, type ViewMapper } from "./plan/access.ts";
export { checkPlan } from "./plan/check.ts";
export { planToDot } from "./plan/graphviz.ts";
export {
  byKind,
  partsOf,
  type StepInput,
  type StepOutput,
  type StepParts,
  type StepTable,
} from "./plan/parts.ts";
export type { BufferSpec, Feed, Place, Plan } from "./plan/plan.ts";
export { printBuffer, printPlan, printStep, printView } from "./plan/print.ts";
export { type ProductAxes, productAxes } from "./plan/productAxes.ts";
export { type RowProgram, type RowWork, rowProgram } from "./plan/rowProgram.ts";
export type {
  ArgReduceStep,
  CholeskyStep,
  ConvolveStep,
  CopyStep,
  EighStep,
  GatherStep,
  GramStep,
  LoopStep,
  MapStep,
  MatmulGroups,
  MatmulStep,
  PlainStep,
  RandomStep,
  ReduceOp,
  ReduceStep,
  RowStage,
  RowsStep,
  ScatterAddStep,
  SortStep,
  Step,
  StepKind,
  TriangularSolveStep,
} from "./plan/step.ts";
export { moveAlike, type View, viewAt } from "./plan/view.ts";
export { hashPath } from "./random/hash.ts";
export { permutation } from "./random/permutation.ts";
export { type RandomStream, type StreamOptions, uniformStream } from "./random/stream.ts";
export { threefry2x32 } from "./random/threefry.ts";
export type { ArrayOps } from "./reference/arrayOps.ts";
export type { HostSteps } from "./reference/kernel.ts";
export { hostSteps } from "./reference/kernels.ts";
export type { Memory as HostMemory } from "./reference/memory.ts";
export { type ReferenceOptions, reference } from "./reference/reference.ts";
export { hostStore } from "./reference/store.ts";
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
export { type Elements, isTensor, type NestedNumbers, Tensor } from "./tensor.ts";
export {
  type LeafGuard,
  leavesOf,
  type MapTree,
  mapTree,
  namedLeaves,
  sameTree,
  type Tree,
  zipTrees,
} from "./tree.ts";
