import { GraphError, type ValueType } from "@metrigrad/tensor";

const valueTypes: Readonly<Record<ValueType, true>> = {
  float: true,
  i32: true,
  u32: true,
  bool: true,
  u8: true,
  f16: true,
};

/** Throws GraphError unless a value is the name of an element type of nodes. */
export function checkValueType(where: string, type: ValueType, todo: string): void {
  if (Object.hasOwn(valueTypes, type)) return;
  throw new GraphError({
    where,
    must: `type must be one of ${Object.keys(valueTypes).join(", ")}`,
    got: JSON.stringify(type) ?? String(type),
    todo,
  });
}
