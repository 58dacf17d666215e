import test from "tape";
import { dueSets } from "../../../src/ranks/plan/dueSets.ts";

test("dueSets: shares of a long run, after all phases have begun", (t) => {
  const phase = (every: number, more = {}) => ({ every, updates: [], ...more });
  t.deepEqual(dueSets([phase(1)]), [{ due: [0], step: 0, share: 1 }]);
  t.deepEqual(dueSets([phase(1), phase(4, { from: 8 })]), [
    { due: [0, 1], step: 8, share: 1 / 4 },
    { due: [0], step: 9, share: 3 / 4 },
  ]);
  // Of 6 steps, one has both, two the first alone, one the second alone, and two neither.
  const both = dueSets([phase(2), phase(3, { offset: 1 })]);
  const share = (due: readonly number[]) =>
    both.find((one) => one.due.join() === due.join())?.share;
  t.equal(share([0, 1]), 1 / 6);
  t.equal(share([0]), 2 / 6);
  t.equal(share([1]), 1 / 6);
  t.equal(share([]), 2 / 6);
  t.end();
});
