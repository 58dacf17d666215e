import test from "tape";
import { arg, call, literal } from "../../src/expr/build.ts";
import { primitiveFns } from "../../src/expr/functions.ts";

const { add, sin, not } = primitiveFns;

test("calls have the type that the function says", (t) => {
  t.is(call(add, arg(0, "i32"), literal(1, "i32")).type, "i32");
  t.is(call(sin, arg(0)).type, "float");
  t.end();
});

test("calls on wrong types or numbers of arguments are refused", (t) => {
  const message =
    /expression add: its 2 argument\(s\) must fit its types, got \(i32, float\); cast/;
  t.throws(() => call(add, arg(0, "i32"), arg(1)), message);
  t.throws(() => call(sin, arg(0), arg(1)), /expression sin/);
  t.throws(() => call(not, arg(0)), /expression not/);
  t.end();
});
