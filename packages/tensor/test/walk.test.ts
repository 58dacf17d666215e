import test from "tape";
import { walk } from "../src/walk.ts";

test("walk visits indices in row-major order with every operand's position", (t) => {
  const seen: number[][] = [];
  const operands = [
    { stride: [3, 1, 7], offset: 0 },
    { stride: [0, -2], offset: 10 },
  ];
  walk([2, 3], operands, (at) => seen.push([...at]));
  t.deepEqual(seen, [
    [0, 10],
    [1, 8],
    [2, 6],
    [3, 10],
    [4, 8],
    [5, 6],
  ]);
  t.end();
});

test("walk visits a scalar once and an empty shape never", (t) => {
  let visits = 0;
  walk([], [{ stride: [], offset: 5 }], ([at]) => {
    t.is(at, 5);
    visits++;
  });
  walk([2, 0], [], () => visits++);
  t.is(visits, 1);
  t.end();
});
