import test from "tape";
import { apart } from "../../src/text/apart.ts";
import { folded, lines, shortened } from "../../src/text/label.ts";
import { textWidth } from "../../src/text/widths.ts";
import measured from "./measured.json" with { type: "json" };

test("the table of widths is at least what Chromium measured, and at most a little more", async (t) => {
  for (const [name, widths] of Object.entries(measured)) {
    const narrow = Object.entries(widths).filter(([one, width]) => textWidth(one, 1000) < width);
    t.deepEqual(narrow, [], name);
  }
  const sentence = "Lines and bands: median, min to max of 3 seeds";
  const of = (widths: Record<string, number>) =>
    [...sentence].reduce((sum, one) => sum + (widths[one] ?? 0), 0);
  const widest = Math.max(...Object.values(measured).map(of));
  t.ok(textWidth(sentence, 1000) < 1.04 * widest, "a sentence is at most 4 % too wide");
  t.ok(textWidth("漢字", 10) >= 20, "letters of other scripts are as wide as they are high");
});

test("a long text is shortened or broken", async (t) => {
  t.equal(shortened("short", 100), "short");
  const cut = shortened("natural gradient with a long name", 90);
  t.match(cut, /^natural .*…$/);
  t.equal(folded("short", 100), "short");
  const ends = folded("sequential0/skip0/sequential0/dense1", 120);
  t.match(ends, /^sequen.*….*\/dense1$/, "both ends stay");
  t.ok(textWidth(ends, 12) <= 120 && textWidth(ends, 12) > 105, "as wide as there is room");
  t.ok(textWidth(cut, 12) <= 90);
  const broken = lines("several words that need more than one line", 100);
  t.ok(broken.length > 1 && broken.every((one) => textWidth(one, 12) <= 100));
  t.equal(broken.join(" "), "several words that need more than one line");
  t.deepEqual(lines("", 100), []);
});

test("places are moved apart, and no further than needed", async (t) => {
  t.deepEqual(apart([10, 50, 90], 16, [0, 100]), [10, 50, 90], "what is apart stays");
  t.deepEqual(apart([50, 50], 16, [0, 100]), [42, 58], "equal ones move by the same");
  t.deepEqual(apart([99, 98, 97], 10, [0, 100]), [100, 90, 80], "within the bounds");
  t.deepEqual(apart([], 10, [0, 100]), []);
  t.deepEqual(apart([5, 5, 5], 10, [0, 10]), [0, 10, 20], "too many go beyond the upper bound");
  // The least sum of squares, by trying.
  const wanted = [20, 24, 31, 60];
  const cost = (places: readonly number[]) =>
    places.reduce((sum, place, at) => sum + (place - (wanted[at] ?? 0)) ** 2, 0);
  const found = apart(wanted, 12, [0, 100]);
  let least = Number.POSITIVE_INFINITY;
  for (let a = 0; a <= 40; a += 0.5)
    for (let b = a + 12; b <= 60; b += 0.5)
      for (let c = b + 12; c <= 80; c += 0.5) least = Math.min(least, cost([a, b, c, 60]));
  t.ok(cost(found) <= least + 1e-9, `${cost(found)} of ${least}`);
});
