import type { Node } from "@metrigrad/graph";
import type { ValueType } from "@metrigrad/tensor";

/** The type of a value in an ONNX graph; i64 is for shapes. */
export type OnnxType = ValueType | "i64";

/** An attribute of a node: an integer, integers, a text, or the graph of a loop's turn. */
export type Attribute = number | readonly number[] | string | OnnxGraph;

/** A node of an ONNX graph. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs: Readonly<Record<string, Attribute>>;
}

/** An input or an output. The shape is null where it is left open; a text is a size that is free. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[] | null;
}

/** The graph of a model, or of a turn of a loop. */
export interface OnnxGraph {
  readonly nodes: OnnxNode[];
  readonly inputs: OnnxValue[];
  readonly outputs: OnnxValue[];
}

/** A value that is known when the model is exported. */
export type Known =
  /** Integers such as a shape. They may follow from the number of rows. */
  | {
      readonly kind: "integers";
      readonly values: readonly number[];
      readonly shape: readonly number[];
    }
  /** One number. */
  | { readonly kind: "number"; readonly value: number; readonly type: ValueType }
  /** A value that the store computes. */
  | { readonly kind: "node"; readonly node: Node };

/** A translated graph. */
export interface Translated {
  readonly graph: OnnxGraph;
  /** The known values by name. */
  readonly known: ReadonlyMap<string, Known>;
}
