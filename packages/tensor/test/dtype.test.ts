import test from "tape";
import { isStoredOnly, valueTypeOf } from "../src/dtype.ts";

test("valueTypeOf: both float types are float, the others are their own", (t) => {
  const types = (["f32", "f64", "i32", "u32", "bool", "u8", "f16"] as const).map(valueTypeOf);
  t.deepEqual(types, ["float", "float", "i32", "u32", "bool", "u8", "f16"]);
  t.end();
});

test("isStoredOnly: u8 and f16", (t) => {
  const types = ["f32", "f64", "i32", "u32", "bool", "u8", "f16", "float"] as const;
  t.deepEqual(types.filter(isStoredOnly), ["u8", "f16"]);
  t.end();
});
