/** What defines no module, and what is none, is refused with advice. */
import { input, type Node } from "@metrigrad/graph";
import {
  applyModel,
  categorical,
  conv2d,
  defModule,
  dense,
  mixtureOfExperts,
  param,
  sequential,
  zeros,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

test("defModule: unknown parts and missing ones are refused", (t) => {
  t.throws(
    () => defModule({ name: "twice", forward: (x: Node) => x } as never),
    /^GraphError: defModule: options must be among name, options, params, children, apply, law, example, torch, got forward/,
  );
  t.throws(
    () => defModule({ name: "twice" } as never),
    /^GraphError: defModule: it must have a name and a function apply, got \{ name \}; pass/,
  );
  t.end();
});

test("defModule: parameters must be declared as such", (t) => {
  const apply = (_: unknown, x: Node) => x;
  const raw = defModule({ name: "raw", params: { w: tensor([1]) } as never, apply });
  t.throws(
    () => raw(),
    /^GraphError: raw, params: w must be a parameter or a statistic, got Tensor; declare it: param\(shape, init\)/,
  );
  const holding = defModule({ name: "holding", params: { inner: dense(1, 1) } as never, apply });
  t.throws(() => holding(), /inner must be a parameter.*a module inside belongs to `children`/);
  t.doesNotThrow(() => defModule({ name: "fine", params: { w: param([1], zeros) }, apply })());
  t.end();
});

test("errors: what is no module is named", (t) => {
  const x = input("x", [2, 3]);
  t.throws(
    () => applyModel(dense as never, x),
    /^GraphError: applyModel: its first argument must be a module, got the definition dense; call the definition first: dense\(…\)/,
  );
  t.throws(
    () => sequential([dense(3, 3), dense(3, 1)] as never),
    /^GraphError: sequential: every argument must be a module, got a list of 2; pass them one by one: sequential\(\.\.\.modules\)/,
  );
  t.throws(
    () => mixtureOfExperts(2, 4 as never),
    /^GraphError: mixtureOfExperts: experts must be a list of modules, .*, got 4; pass \{ count: 8/,
  );
  t.end();
});

test("errors: a module that refuses its input is named with its path", (t) => {
  t.throws(
    () => applyModel(sequential(dense(3, 2), dense(3, 1)), input("x", [2, 3])),
    /^ShapeError: dense at dense1: its input must be/,
  );
  t.throws(
    () => applyModel(dense(3, 1), input("x", [2, 4])),
    /^ShapeError: dense: its input must be/,
    "the model itself has no path",
  );
  t.throws(
    () => applyModel(conv2d(1, 2, 5), input("x", [2, 1, 3, 3])),
    /^ShapeError: conv2d: /,
    "and no op inside is named in its place",
  );
  t.end();
});

test("errors: a law of rows says what takes positions", (t) => {
  t.throws(
    () => categorical().logProb(input("y", [2, 5], "i32"), input("h", [2, 5, 3])),
    /take independent\(categorical\(\)\) for a response at each position/,
  );
  t.end();
});
