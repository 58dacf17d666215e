/** Writes ONNX models (https://github.com/onnx/onnx, onnx.proto). Numbers of fields and types are those of that file. */
import { encodeHalves, type TypedArray, type ValueType } from "@metrigrad/tensor";
import type { Attribute, OnnxGraph, OnnxNode, OnnxType, OnnxValue } from "../model.ts";
import { bytes, inner, integer, joined, type Message, message } from "./message.ts";

/** The version of ONNX's operators. */
export const opset = 17;

const typeNumbers: Readonly<Record<OnnxType, number>> = {
  float: 1,
  u8: 2,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  u32: 12,
};

/** Returns the number of an element type, as attributes such as `to` of Cast want it. */
export function typeNumber(type: OnnxType): number {
  return typeNumbers[type];
}

/** A value of a file: its elements, little-endian and row-major. */
export interface Initializer {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Returns elements as bytes, little-endian. */
export function littleEndian(data: TypedArray | Uint16Array | BigInt64Array): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const width = data.BYTES_PER_ELEMENT;
  if (width === 1 || new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) return raw;
  return Uint8Array.from(
    raw,
    (_, at) => raw[at - (at % width) + (width - 1 - (at % width))] as number,
  );
}

/** Returns the array type of elements in a file. */
export function arrayFor(type: ValueType, values: ArrayLike<number>): TypedArray | Uint16Array {
  if (type === "float") return Float32Array.from(values);
  if (type === "i32") return Int32Array.from(values);
  if (type === "f16") return encodeHalves(values);
  return type === "u32" ? Uint32Array.from(values) : Uint8Array.from(values);
}

/** Returns the bytes of a model. */
export function encodeModel(graph: OnnxGraph, initializers: readonly Initializer[]): Uint8Array {
  const model = message();
  integer(model, 1, 8);
  bytes(model, 2, "metrigrad");
  const operators = message();
  bytes(operators, 1, "");
  integer(operators, 2, opset);
  inner(model, 7, graphMessage(graph, "model", initializers));
  inner(model, 8, operators);
  return joined(model);
}

function graphMessage(
  { nodes, inputs, outputs }: OnnxGraph,
  name: string,
  initializers: readonly Initializer[] = [],
): Message {
  const made = message();
  for (const node of nodes) inner(made, 1, nodeMessage(node));
  bytes(made, 2, name);
  for (const one of initializers) inner(made, 5, tensorMessage(one));
  for (const value of inputs) inner(made, 11, valueMessage(value));
  for (const value of outputs) inner(made, 12, valueMessage(value));
  return made;
}

function nodeMessage({ op, inputs, outputs, attrs }: OnnxNode): Message {
  const made = message();
  for (const name of inputs) bytes(made, 1, name);
  for (const name of outputs) bytes(made, 2, name);
  bytes(made, 3, outputs[0] ?? op);
  bytes(made, 4, op);
  for (const [name, value] of Object.entries(attrs)) inner(made, 5, attributeMessage(name, value));
  return made;
}

function attributeMessage(name: string, value: Attribute): Message {
  const made = message();
  bytes(made, 1, name);
  if (typeof value === "number") {
    integer(made, 3, value);
    integer(made, 20, 2);
  } else if (typeof value === "string") {
    bytes(made, 4, value);
    integer(made, 20, 3);
  } else if (isList(value)) {
    for (const one of value) integer(made, 8, one);
    integer(made, 20, 7);
  } else {
    inner(made, 6, graphMessage(value, name));
    integer(made, 20, 5);
  }
  return made;
}

function isList(value: readonly number[] | OnnxGraph): value is readonly number[] {
  return Array.isArray(value);
}

function tensorMessage({ name, type, shape, data }: Initializer): Message {
  const made = message();
  for (const size of shape) integer(made, 1, size);
  integer(made, 2, typeNumber(type));
  bytes(made, 8, name);
  bytes(made, 9, data);
  return made;
}

function valueMessage({ name, type, shape }: OnnxValue): Message {
  const tensor = message();
  integer(tensor, 1, typeNumber(type));
  if (shape !== null) {
    const sizes = message();
    for (const size of shape) {
      const dimension = message();
      if (typeof size === "number") integer(dimension, 1, size);
      else bytes(dimension, 2, size);
      inner(sizes, 1, dimension);
    }
    inner(tensor, 2, sizes);
  }
  const own = message();
  inner(own, 1, tensor);
  const made = message();
  bytes(made, 1, name);
  inner(made, 2, own);
  return made;
}
