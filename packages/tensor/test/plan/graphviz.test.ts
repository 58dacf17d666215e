import test from "tape";
import { planToDot } from "../../src/plan/graphviz.ts";
import { smallPlan } from "../reference/plans.ts";

test("a plan is a digraph of buffers and steps", (t) => {
  const plan = smallPlan();
  const labelled = { ...plan, buffers: plan.buffers.map((b) => ({ ...b, label: 'a "b" \\ c' })) };
  const lines = planToDot(labelled).split("\n");
  t.is(lines[0], "digraph plan {");
  t.is(lines.at(-2), "}");
  t.match(
    planToDot(labelled),
    /b4 .shape=ellipse, label="b4 f64.3. 24 bytes, output\\na \\"b\\" \\\\ c"/,
  );
  t.is(lines.filter((line) => /^ {2}b\d \[shape=ellipse/.test(line)).length, 5);
  t.is(lines.filter((line) => /^ {2}s\d \[shape=box/.test(line)).length, 4);
  for (const edge of [
    "b0 -> s0",
    "s0 -> b2",
    "b2 -> s1",
    "b1 -> s1",
    "s1 -> b3",
    "b1 -> s3",
    "s3 -> b1",
  ]) {
    t.ok(lines.includes(`  ${edge};`), edge);
  }
  t.end();
});
