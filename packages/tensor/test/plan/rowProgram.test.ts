import test from "tape";
import { parseExpr } from "../../src/expr/parse.ts";
import { printExpr } from "../../src/expr/print.ts";
import { rowProgram } from "../../src/plan/rowProgram.ts";
import type { RowStage, RowsStep } from "../../src/plan/step.ts";
import { whole } from "../reference/plans.ts";

const args = ["x", ...Array.from({ length: 8 }, (_, s) => `s${s}`)];
const text = (source: string) => parseExpr(source, { args });

function step(stages: readonly RowStage[], results: readonly number[]): RowsStep {
  const outputs = results.map((s, j) => whole(j + 1, 2, ...(stages[s]?.per === "row" ? [] : [3])));
  const base = { kind: "rows", shape: [2, 3], rowAxes: 1, inputs: [whole(0, 2, 3)] } as const;
  return { ...base, stages, results, outputs, label: "" };
}

test("rowProgram: a soft-max is a pass for its maximum, one for its sum, and one for the quotients", (t) => {
  const softmax = step(
    [
      { per: "element", expr: text("x * 2") },
      { per: "row", op: "max", expr: text("s0") },
      { per: "row", expr: text("isFinite(s1) ? s1 : 0") },
      { per: "element", expr: text("s0 - s2") },
      { per: "element", expr: text("exp(s3)") },
      { per: "row", op: "sum", expr: text("s4") },
      { per: "element", expr: text("s4 / s5") },
    ],
    [6, 5],
  );
  const { numbers, passes, keptAt, kept } = rowProgram(softmax);
  const stagesOf = (works: typeof passes) => works.map(({ stages }) => stages);
  t.deepEqual(stagesOf(passes), [[0, 1], [4, 5], [6]]);
  t.deepEqual(stagesOf(numbers), [[], [2], [], []]);
  t.deepEqual(keptAt, [0, -1, -1, -1, 1, -1, -1], "2x and the exponential are read again");
  t.equal(kept, 2);
  const second = passes[1]?.exprs.map((expr) => printExpr(expr, { args }));
  t.deepEqual(second, ["exp(s0 - s2)", "exp(s0 - s2)"], "the difference is part of its pass");
  t.end();
});

test("rowProgram: elements wait for the pass that reads them, numbers come after what they are of", (t) => {
  const late = step(
    [
      { per: "element", expr: text("x + 1") },
      { per: "row", op: "sum", expr: text("x") },
      { per: "row", op: "sum", expr: text("s0 * s1") },
      { per: "row", expr: text("s2 + s1") },
      { per: "row", expr: text("s3 * 2") },
    ],
    [4],
  );
  const { numbers, passes, kept } = rowProgram(late);
  t.equal(kept, 0);
  t.deepEqual(
    passes.map(({ stages }) => stages),
    [[1], [2]],
  );
  t.deepEqual(
    numbers.map(({ stages }) => stages),
    [[], [], [3, 4]],
  );
  t.end();
});
