import test from "tape";
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
