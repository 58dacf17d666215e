import { constant } from "@metrigrad/graph";
import test from "tape";
import { adam, adamw, cosineSchedule } from "../src/index.ts";
import { batchesOf, classifier, follow, gap } from "./problem.ts";

const halfway = constant(0.5);

test("adamw: beside ADAM's step the weights fall by ηω times themselves, biases do not", async (t) => {
  const settings = { learningRate: 0.05, beta1: 0.8, beta2: 0.9 };
  const schedule = cosineSchedule();
  const batches = batchesOf(1);
  const [before, plain] = await follow(classifier(), adam(settings), batches);
  const decaying = adamw({ ...settings, weightDecay: 0.3, schedule });
  const [, after] = await follow(classifier(), decaying, batches);
  for (const [name, columns] of [
    ["dense0/w", 5],
    ["dense1/w", 3],
  ] as const) {
    const start = before?.get(name) ?? new Float64Array();
    const expected = plain?.get(name)?.map((value, i) => {
      const bias = i >= start.length - columns;
      return value - (bias ? 0 : 0.3 * (start[i] as number));
    });
    t.ok(gap(after?.get(name), expected) < 1e-14, name);
  }
});

test("adamw: with a schedule η both parts follow it (Loshchilov and Hutter, algorithm 2)", async (t) => {
  const batches = batchesOf(2);
  const half = { name: "half", factor: () => cosineSchedule().factor(halfway) };
  const [, , scheduled] = await follow(
    classifier(),
    adamw({ weightDecay: 0.2, schedule: half }),
    batches,
  );
  const [, , same] = await follow(
    classifier(),
    adamw({ learningRate: 0.0005, weightDecay: 0.1 }),
    batches,
  );
  for (const name of ["dense0/w", "dense1/w"])
    t.ok(gap(scheduled?.get(name), same?.get(name)) < 1e-14, name);
});

test("adamw: settings out of range are refused by name", (t) => {
  t.throws(() => adamw({ weightDecay: 2 }), /weightDecay must be a number in \[0, 1\], got 2/);
  t.throws(() => adamw({ beta1: 1 }), /adamw: beta1 must be a number in .*got 1/);
  t.end();
});
