import { GraphError, ShapeError } from "@metrigrad/tensor";
import test from "tape";
import { param, state } from "../../src/core/parameter.ts";
import { zeros } from "../../src/init/constant.ts";

test("parameters and statistics have sizes that are whole numbers", (t) => {
  const missing = undefined as unknown as number;
  t.throws(() => param([missing, 2], zeros), ShapeError, "a size that was not given");
  t.throws(() => state([1.5], zeros), ShapeError, "a fraction");
  t.deepEqual(param([], zeros).shape, [], "a scalar has none");
  t.end();
});

test("an option of a parameter that there is not is an error", (t) => {
  const refused = (options: unknown, message: RegExp) => {
    t.throws(() => param([2], zeros, options as never), GraphError);
    t.throws(() => param([2], zeros, options as never), message);
  };
  refused({ decai: "none" }, /param: options must be among decay, got decai/);
  refused({ decay: "nothing" }, /decay must be among "all", .*, got "nothing"/);
  t.end();
});
