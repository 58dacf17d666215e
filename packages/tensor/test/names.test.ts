import test from "tape";
import { checkNames, GraphError } from "../src/index.ts";

test("checkNames: unknown names and what is no object are refused, with the known ones", (t) => {
  const check = (given: unknown) => () => checkNames("door", given, ["a", "b"], GraphError);
  t.doesNotThrow(check({}));
  t.doesNotThrow(check({ a: 1, b: undefined }));
  t.throws(
    check({ a: 1, c: 2, d: 3 }),
    /door: options must be among a, b, got c, d; correct the name/,
  );
  t.throws(check(null), /door: options must be an object, got null; pass \{ a: … \}/);
  t.throws(check([1]), /door: options must be an object, got a list/);
  t.throws(check("a"), GraphError);
  t.end();
});
