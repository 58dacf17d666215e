import type { Node, Op } from "@metrigrad/graph";
import type { ValueType } from "@metrigrad/tensor";
import type { Attribute } from "../model.ts";

/** Takes the ONNX nodes of a node of a graph. */
export interface Writer {
  /** Returns the name of a value. It writes what the value needs. */
  nameOf(node: Node): string;
  /** Adds an ONNX node, and returns the name of one of its outputs; the first one by default. */
  add(
    op: string,
    inputs: readonly string[],
    attrs?: Readonly<Record<string, Attribute>>,
    output?: number,
  ): string;
  /** Returns the name of integers of 64 bits, a list by default. They may follow from the number of rows. */
  integers(values: readonly number[], shape?: readonly number[]): string;
  /** Returns the name of a number. */
  number(value: number, type: ValueType): string;
}

/** Writes the ONNX nodes of a node of a graph, and returns the name of the result. */
export type Handler = (node: Node<never>, writer: Writer) => string;

/** An op with its handler. */
export type HandlerEntry = readonly [op: unknown, handler: Handler];

/** Pairs an op with its handler, so that the handler knows the op's attributes. */
export function entry<A>(
  op: Op<A>,
  handler: (node: Node<A>, writer: Writer) => string,
): HandlerEntry {
  return [op, handler as unknown as Handler];
}
