import test from "tape";
import { pacer, turn } from "../../src/host/pause.ts";

test("a turn lets timers and messages run", async (t) => {
  let ran = false;
  setImmediate(() => {
    ran = true;
  });
  await turn();
  await turn();
  t.ok(ran);
});

test("in a page a message makes the turn", async (t) => {
  const own = globalThis.setImmediate;
  Object.assign(globalThis, { setImmediate: undefined });
  try {
    let ran = false;
    setTimeout(() => {
      ran = true;
    }, 0);
    for (let at = 0; at < 1e6 && !ran; at++) await turn();
    t.ok(ran);
  } finally {
    Object.assign(globalThis, { setImmediate: own });
  }
});

test("work goes on without a turn until it has been long", async (t) => {
  const own = performance.now;
  let now = 0;
  Object.assign(performance, { now: () => now });
  try {
    const rest = pacer();
    now = 20;
    t.equal(rest(), null);
    now = 60;
    const paused = rest();
    t.ok(paused instanceof Promise);
    await paused;
    now = 80;
    t.equal(rest(), null, "it counts from the last turn");
  } finally {
    Object.assign(performance, { now: own });
  }
});
