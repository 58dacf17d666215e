import test from "tape";
import { plainNumbers, readNumbers } from "../../src/resume/numbers.ts";

test("all numbers come back from JSON as they were", (t) => {
  const value = {
    list: [0.1 + 0.2, -0, 0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308],
    deep: { none: null, text: "NaN", number: { a: 1 / 3 } },
  };
  const back = readNumbers(JSON.parse(JSON.stringify(plainNumbers(value)))) as typeof value;
  t.deepEqual(back, value);
  t.ok(back.list.every((one, at) => Object.is(one, value.list[at])));
  t.end();
});
