import test from "tape";
import { onInterrupt } from "../../../src/cli/experiment/interrupt.ts";

/** Presses Ctrl-C at these milliseconds, and returns what was called, with the exit code if the process would end. */
function presses(times: readonly number[], off: readonly number[] = []): string[] {
  const called: string[] = [];
  const [clock, exit] = [performance.now, process.exit];
  let now = 0;
  Object.assign(performance, { now: () => now });
  Object.assign(process, { exit: (code: number) => called.push(`exit ${code}`) });
  // The test's own listeners would end it.
  const others = process.listeners("SIGINT");
  process.removeAllListeners("SIGINT");
  const end = onInterrupt(
    () => called.push("stop"),
    () => called.push("leave"),
  );
  try {
    for (const time of times) {
      now = time;
      if (off.includes(time)) end();
      process.emit("SIGINT");
    }
  } finally {
    end();
    Object.assign(performance, { now: clock });
    Object.assign(process, { exit });
    for (const one of others) process.on("SIGINT", one);
  }
  return called;
}

test("the first Ctrl-C stops, the second one leaves with code 130", (t) => {
  t.deepEqual(presses([10]), ["stop"]);
  t.deepEqual(presses([10, 1000]), ["stop", "leave", "exit 130"]);
  t.end();
});

test("signals within a quarter of a second are one press", (t) => {
  t.deepEqual(presses([10, 11, 250]), ["stop"]);
  t.deepEqual(presses([10, 11, 260]), ["stop", "leave", "exit 130"]);
  t.end();
});

test("after the work Ctrl-C is not heard any more", (t) => {
  t.deepEqual(presses([10, 1000], [1000]), ["stop"]);
  t.equal(process.listenerCount("SIGINT"), 0);
  t.end();
});
