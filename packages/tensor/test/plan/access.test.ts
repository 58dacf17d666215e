import test from "tape";
import { mapViews, stepViews } from "../../src/plan/access.ts";
import type { Step } from "../../src/plan/step.ts";
import type { View } from "../../src/plan/view.ts";
import { whole } from "../reference/plans.ts";

const step: Step = {
  kind: "matmul",
  a: whole(0, 2, 3),
  b: whole(1, 3, 2),
  epilogue: { inputs: [whole(2, 2, 2)], exprs: [] },
  outputs: [whole(3, 2, 2)],
  label: "",
};

test("views of a step are replaced by what reads and what writes", (t) => {
  const by = (add: number) => (view: View) => ({ ...view, buffer: view.buffer + add });
  const moved = mapViews(step, { read: by(10), write: by(100) });
  const { reads, writes } = stepViews(moved);
  t.deepEqual(
    reads.map(({ buffer }) => buffer),
    [10, 11, 12],
  );
  t.deepEqual(
    writes.map(({ buffer }) => buffer),
    [103],
  );
  const flagged = mapViews({ ...step, when: whole(4) }, { read: by(10), write: by(100) });
  t.is(flagged.when?.buffer, 14);
  t.deepEqual(stepViews(step).reads, [whole(0, 2, 3), whole(1, 3, 2), whole(2, 2, 2)]);
  t.end();
});
