import test from "tape";
import { steady } from "../../src/auto/measure.ts";

/** Tells times as if a run took `seconds` and reading took `wait`, and keeps what was asked for. */
function clock(seconds: number, wait = 0) {
  const asked: number[] = [];
  const time = async (runs: number) => {
    asked.push(runs);
    return wait + runs * seconds;
  };
  return { asked, time };
}

test("steady: what is slow runs once, what is quick as often as there is patience", async (t) => {
  for (const [seconds, most, asked] of [
    [2, 1000, [1]],
    [0.2, 1000, [1]],
    [0.01, 1000, [1, 25, 25]],
    [0.0001, 1000, [1, 1000, 1000]],
    [0.0001, 7, [1, 7, 7]],
    [0.0001, 1, [1]],
  ] as const) {
    const one = clock(seconds);
    const found = await steady(one.time, most);
    t.ok(Math.abs(found / seconds - 1) < 1e-9, `${found} s`);
    t.deepEqual(one.asked, asked);
  }
});

test("steady: waiting for the result is shared by the runs", async (t) => {
  const found = await steady(clock(0.001, 0.009).time, 100);
  t.ok(found > 0.001 && found < 0.0014, `${found} s`);
});
