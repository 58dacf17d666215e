import test from "tape";
import { dueName, duePhases } from "../../src/step/due.ts";

const phases = [
  { every: 100, from: 100, updates: [] },
  { every: 1, updates: [] },
  { every: 3, from: 4, updates: [] },
  { every: 4, offset: 3, updates: [] },
];

test("a phase is due at the multiples of its period, shifted by its offset, from its first step on", async (t) => {
  const due = (step: number) => dueName(duePhases(phases, step));
  const steps = [0, 1, 3, 4, 6, 7, 9, 100, 150, 300];
  t.deepEqual(steps.map(due), ["1", "1", "1,3", "1", "1,2", "1,3", "1,2", "0,1", "1,2", "0,1,2"]);
});
