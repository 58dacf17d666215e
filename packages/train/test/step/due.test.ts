import test from "tape";
import { dueName, duePhases, dueSets } from "../../src/step/due.ts";

const phases = [
  { every: 100, from: 100, updates: [] },
  { every: 1, updates: [] },
  { every: 3, from: 4, updates: [] },
];

test("a phase is due at the multiples of its period from its first step on", async (t) => {
  const due = (step: number) => duePhases(phases, step);
  t.deepEqual([0, 1, 3, 4, 6, 100, 150, 300].map(due), [
    [1],
    [1],
    [1],
    [1],
    [1, 2],
    [0, 1],
    [1, 2],
    [0, 1, 2],
  ]);
});

test("the sets of a span of steps are found, each once", async (t) => {
  t.deepEqual([...dueSets(phases, 0, 100).keys()], ["1", "1,2"]);
  t.deepEqual([...dueSets(phases, 0, 301).keys()].sort(), ["0,1", "0,1,2", "1", "1,2"]);
  for (const [name, due] of dueSets(phases, 0, 301)) t.equal(dueName(due), name);
});
