import { applyModel, sinusoidalPositions } from "@metrigrad/nn";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";
import { waves, wavesNode } from "../support/waves.ts";

test("sinusoidalPositions: sines and cosines of the position, worked out by hand", async (t) => {
  const x = waves([2, 2, 4]);
  const got = await numbers(applyModel(sinusoidalPositions(), wavesNode([2, 2, 4])).output);
  // Position 1, d = 4: angles 1 and 1/100.
  const second = [0.8414709848, 0.5403023059, 0.0099998333, 0.9999500004];
  const expected = [0, 1, 0, 1, ...second];
  t.ok(
    gap(
      got,
      Array.from(x, (v, i) => v + (expected[i % 8] as number)),
    ) < 1e-9,
  );
  const odd = await numbers(
    applyModel(sinusoidalPositions({ base: 8 }), wavesNode([1, 2, 3])).output,
  );
  // The third angle is 8^(−2/3) = 1/4.
  t.ok(Math.abs((odd[5] as number) - (waves([1, 2, 3])[5] as number) - 0.2474039593) < 1e-9);
});

test("sinusoidalPositions: what does not fit is refused", (t) => {
  t.throws(
    () => applyModel(sinusoidalPositions(), wavesNode([2, 3])),
    /sinusoidalPositions: its input must be \[n, T, features\], got \[2, 3\]/,
  );
  t.throws(() => sinusoidalPositions({ base: 1 }), /the base must be above 1, got 1/);
  t.end();
});
