import test from "tape";
import { type DType, hostArray, storageBytes, storedType } from "../src/dtype.ts";
import { scalarTypeOf } from "../src/expr/scalar-type.ts";

test("element types have host arrays, storage and scalar types", (t) => {
  const rows: readonly (readonly [DType, string, number, string])[] = [
    ["f32", "Float32Array", 4, "float"],
    ["f64", "Float64Array", 8, "float"],
    ["i32", "Int32Array", 4, "i32"],
    ["u32", "Uint32Array", 4, "u32"],
    ["bool", "Uint8Array", 4, "bool"],
    ["u8", "Uint8Array", 1, "u32"],
  ];
  t.is(rows.length, Object.keys(storageBytes).length);
  for (const [dtype, name, bytes, scalar] of rows) {
    t.is(hostArray(dtype, 3).constructor.name, name);
    t.is(hostArray(dtype, 3).length, 3);
    t.is(storageBytes[dtype], bytes);
    t.is(scalarTypeOf(dtype), scalar);
  }
  t.is(storedType("float", "f32"), "f32");
  t.is(storedType("float", "f64"), "f64");
  t.is(storedType("u8", "f64"), "u8");
  t.end();
});
