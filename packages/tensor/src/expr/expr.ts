/**
 * The types of scalar expressions. A `float` is f32 or f64, as the store says.
 *
 * @category Expressions
 */
export type ScalarType = "float" | "i32" | "u32" | "bool";

/**
 * A scalar expression with a type.
 *
 * Expressions are directed acyclic graphs. A shared sub-expression is one object, and functions that walk an expression visit it
 * once.
 *
 * @category Expressions
 */
export type Expr = ConstExpr | ArgExpr | CallExpr;

/**
 * A literal: an expression with a fixed value.
 *
 * @category Expressions
 */
export interface ConstExpr {
  /** The kind of the expression. */
  readonly kind: "const";
  /** The type of the value. */
  readonly type: ScalarType;
  /** The value. Booleans are 0 and 1. */
  readonly value: number;
}

/**
 * An argument: an expression whose value comes with each evaluation.
 *
 * @category Expressions
 */
export interface ArgExpr {
  /** The kind of the expression. */
  readonly kind: "arg";
  /** The type of the value. */
  readonly type: ScalarType;
  /** The number of the argument, from 0. */
  readonly index: number;
}

/**
 * A scalar function applied to expressions.
 *
 * @category Expressions
 */
export interface CallExpr {
  /** The kind of the expression. */
  readonly kind: "call";
  /** The type of the value. */
  readonly type: ScalarType;
  /** The function. */
  readonly fn: ScalarFn;
  /** The arguments, as many as the function takes. */
  readonly args: readonly Expr[];
}

/**
 * A scalar function: its types, its value and its partial derivatives.
 *
 * @category Expressions
 */
export interface ScalarFn {
  /** The name of the function in texts and tables. */
  readonly name: string;
  /** The number of arguments. */
  readonly arity: number;
  /** Returns the type of the result, or null if the types of the arguments do not fit. */
  readonly type: (args: readonly ScalarType[]) => ScalarType | null;
  /** Returns the value, in float64 or exact 32-bit arithmetic. `type` is the type of the first argument. */
  readonly evaluate: (args: readonly number[], type: ScalarType) => number;
  /** Returns ∂self/∂args[i] for each i. Null means that it is zero everywhere, or that the argument is no float. */
  readonly partials: (args: readonly Expr[], self: Expr) => readonly (Expr | null)[];
  /** Returns the same function in terms of primitives. Functions that backends implement themselves have no definition. */
  readonly define?: (args: readonly Expr[]) => Expr;
}
