import test from "tape";
import { valueTypeOf } from "../src/dtype.ts";

test("valueTypeOf: both float types are float, the others are their own", (t) => {
  const types = (["f32", "f64", "i32", "u32", "bool", "u8"] as const).map(valueTypeOf);
  t.deepEqual(types, ["float", "float", "i32", "u32", "bool", "u8"]);
  t.end();
});
