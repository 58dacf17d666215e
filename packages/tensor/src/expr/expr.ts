/** Types of scalar expressions; `float` is f32 or f64 by the store. */
export type ScalarType = "float" | "i32" | "u32" | "bool";

/**
 * A typed scalar expression. Expressions are directed acyclic graphs: a shared sub-expression
 * is one object, and everything that walks an expression visits it once.
 */
export type Expr = ConstExpr | ArgExpr | CallExpr;

/** A literal; booleans are 0 and 1. */
export interface ConstExpr {
  readonly kind: "const";
  readonly type: ScalarType;
  readonly value: number;
}

/** The `index`-th argument. */
export interface ArgExpr {
  readonly kind: "arg";
  readonly type: ScalarType;
  readonly index: number;
}

/** A scalar function applied to expressions. */
export interface CallExpr {
  readonly kind: "call";
  readonly type: ScalarType;
  readonly fn: ScalarFn;
  readonly args: readonly Expr[];
}

/** A scalar function with its type rule, value and partial derivatives. */
export interface ScalarFn {
  /** Its name in texts and tables. */
  readonly name: string;
  /** Number of arguments. */
  readonly arity: number;
  /** The result's type, or null where the argument types do not fit. */
  readonly type: (args: readonly ScalarType[]) => ScalarType | null;
  /** The value in float64 (or exact 32-bit) arithmetic; `type` is the type of the arguments. */
  readonly evaluate: (args: readonly number[], type: ScalarType) => number;
  /** ∂self/∂args[i], null where it is zero everywhere or not defined for integers. */
  readonly partials: (args: readonly Expr[], self: Expr) => readonly (Expr | null)[];
  /** The same in terms of primitives, for functions that backends do not implement themselves. */
  readonly define?: (args: readonly Expr[]) => Expr;
}
