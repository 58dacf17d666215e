import test from "tape";
import { arg } from "../../src/expr/build.ts";
import { stepViews } from "../../src/plan/access.ts";
import { partsOf } from "../../src/plan/parts.ts";
import type { Step } from "../../src/plan/step.ts";
import { whole } from "../reference/plans.ts";

test("parts name what a step reads, what it may overwrite, and what it writes", (t) => {
  const solve: Step = {
    kind: "triangularSolve",
    l: whole(0, 2, 2),
    rhs: whole(1, 2, 1),
    transpose: false,
    output: whole(2, 2, 1),
    label: "",
  };
  t.deepEqual(partsOf(solve), {
    inputs: [
      { role: "l", view: solve.l, inPlace: false },
      { role: "rhs", view: solve.rhs, inPlace: true },
    ],
    outputs: [{ role: "output", view: solve.output }],
    exprs: [],
  });
  const factor: Step = {
    kind: "cholesky",
    a: whole(0, 2, 2),
    shift: null,
    output: whole(1, 2, 2),
    used: null,
    label: "",
  };
  t.is(partsOf(factor).inputs.length, 1, "what is null is no part");
  t.is(partsOf(factor).outputs.length, 1);
  for (const step of [solve, factor]) {
    t.deepEqual(
      partsOf(step).inputs.map(({ view }) => view),
      stepViews(step).reads,
    );
    t.deepEqual(
      partsOf(step).outputs.map(({ view }) => view),
      stepViews(step).writes,
    );
  }
  t.end();
});

test("parts of a list and of what is fused behind a product are numbered", (t) => {
  const product: Step = {
    kind: "matmul",
    a: whole(0, 2, 2),
    b: whole(1, 2, 2),
    epilogue: { inputs: [whole(2, 2, 2), whole(3, 2, 2)], exprs: [arg(1)] },
    outputs: [whole(4, 2, 2)],
    when: whole(5),
    label: "",
  };
  const { inputs, outputs, exprs } = partsOf(product);
  t.deepEqual(
    inputs.map(({ role, inPlace }) => `${role} ${inPlace}`),
    ["a false", "b false", "inputs[0] true", "inputs[1] true", "when false"],
  );
  t.deepEqual(
    outputs.map(({ role }) => role),
    ["outputs[0]"],
  );
  t.equal(exprs, product.epilogue?.exprs);
  t.end();
});
