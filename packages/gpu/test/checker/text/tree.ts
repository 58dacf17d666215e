/** The types of scalars. `int` and `float` are numbers without a suffix, which take the type that they meet. */
export type Scalar = "bool" | "u32" | "i32" | "f32" | "int" | "float";

export type Type =
  | { readonly kind: "void" }
  | { readonly kind: "scalar"; readonly of: Scalar }
  | { readonly kind: "vector"; readonly of: Scalar; readonly size: number }
  | { readonly kind: "atomic"; readonly of: Scalar }
  /** The count is null for an array that is as long as its buffer. */
  | { readonly kind: "array"; readonly of: Type; readonly count: number | null };

/** An expression, with the place in the text where it begins. */
export type Expression = { readonly at: number } & (
  | { readonly kind: "number"; readonly value: number; readonly type: Scalar }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "unary"; readonly sign: string; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly sign: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "index"; readonly of: Expression; readonly index: Expression }
  | { readonly kind: "member"; readonly of: Expression; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** A value of a type: `vec4<f32>(…)`, `array<u32, 3>(…)`, `u32(…)`. */
  | { readonly kind: "make"; readonly type: Type; readonly args: readonly Expression[] }
  | { readonly kind: "bitcast"; readonly type: Type; readonly of: Expression }
);

export type Statement = { readonly at: number } & (
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | {
      readonly kind: "declare";
      readonly name: string;
      readonly mutable: boolean;
      readonly type: Type | null;
      readonly value: Expression | null;
    }
  /** `target = value`, or `target sign= value`. */
  | {
      readonly kind: "assign";
      readonly target: Expression;
      readonly sign: string | null;
      readonly value: Expression;
    }
  | { readonly kind: "call"; readonly call: Expression }
  | {
      readonly kind: "if";
      readonly condition: Expression;
      readonly then: Statement;
      readonly otherwise: Statement | null;
    }
  | {
      readonly kind: "loop";
      readonly begin: Statement | null;
      readonly condition: Expression | null;
      readonly step: Statement | null;
      readonly body: Statement;
    }
  | {
      readonly kind: "switch";
      readonly value: Expression;
      readonly cases: readonly Case[];
    }
  | { readonly kind: "return"; readonly value: Expression | null }
  | { readonly kind: "break" | "continue" }
);

/** A case of a switch. Its values are null for the default. */
export interface Case {
  readonly values: readonly (Expression | null)[];
  readonly body: Statement;
}

/** Memory that a text declares: a binding, or memory of a workgroup. */
export interface GlobalVariable {
  readonly name: string;
  readonly space: "uniform" | "storage" | "workgroup";
  readonly type: Type;
  /** The number of the binding; null for memory of a workgroup. */
  readonly binding: number | null;
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
  /** What of the workgroup or the thread it is, by its name in WGSL; null for a parameter of another function than the entry. */
  readonly builtin: string | null;
}

export interface FunctionTree {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Type;
  readonly body: Statement;
  /** The number of threads of a workgroup; null for a function that is not the entry. */
  readonly threads: number | null;
}

/** What a text says. */
export interface Tree {
  readonly text: string;
  readonly variables: readonly GlobalVariable[];
  readonly functions: readonly FunctionTree[];
}
