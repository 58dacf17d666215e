import test from "tape";
import { turn } from "../../src/host/pause.ts";
import { atOnce, inPieces, type Pieces, pause } from "../../src/index.ts";

/** Runs with a clock that the test sets. */
async function withClock(run: (set: (now: number) => void) => Promise<void>): Promise<void> {
  const own = performance.now;
  let now = 1e9;
  Object.assign(performance, { now: () => now });
  try {
    await run((next) => {
      now = 1e9 + next;
    });
  } finally {
    Object.assign(performance, { now: own });
  }
}

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
  await withClock(async (set) => {
    await pause();
    set(11);
    t.equal(pause(), null);
    set(20);
    const paused = pause();
    t.ok(paused instanceof Promise);
    await paused;
    set(30);
    t.equal(pause(), null, "it counts from the last turn");
    // Another caller, who has just begun, shares the clock.
    set(33);
    t.ok(pause() instanceof Promise);
  });
});

test("work in pieces pauses by the clock and gives the same result", async (t) => {
  function* sum(step: () => void): Pieces<number> {
    let total = 0;
    for (let at = 1; at <= 10; at++) {
      total += at;
      step();
      yield;
    }
    return total;
  }
  t.equal(atOnce(sum(() => undefined)), 55);
  await withClock(async (set) => {
    await pause();
    let turns = 0;
    let ended = false;
    const count = () => {
      turns++;
      if (!ended) setImmediate(count);
    };
    setImmediate(count);
    let now = 0;
    const total = await inPieces(
      sum(() => {
        now += 13;
        set(now);
      }),
    );
    ended = true;
    t.equal(total, 55);
    t.ok(turns >= 9, `${turns} turns for ten long pieces`);
  });
});

test("an error of a piece is that of the work", async (t) => {
  function* fails(): Pieces<number> {
    yield;
    throw new Error("no");
  }
  t.throws(() => atOnce(fails()), /^Error: no$/);
  await inPieces(fails()).then(
    () => t.fail("must reject"),
    (error: unknown) => t.equal(String(error), "Error: no"),
  );
});
