import { compile, input, matmul, mul, relu, sub, sum } from "@metrigrad/graph";
import { type Plan, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { planView, timeline } from "../../src/index.ts";
import { livesOf, peakOf } from "../../src/program/planView.ts";
import { checkPicture, read } from "../support/picture.ts";

const texts = (svg: string) => read(svg).texts.map(({ text }) => text);

/** A program of several steps on the reference backend. */
async function program() {
  const backend = await reference();
  const store = await backend.store([]);
  const x = input("x", [6, 5]);
  const gram = matmul(relu(x), x, { transposeA: true });
  const output = sum(mul(matmul(sub(gram, 1), gram), gram), { axis: 1 });
  return compile({ outputs: [output] }, store);
}

/** A plan whose steps say nothing but their labels and kinds. */
const planOf = (steps: readonly { kind: string; label: string; metric?: number }[]): Plan =>
  ({ float: "f64", buffers: [], feeds: [], outputs: [], arenaBytes: 0, steps }) as unknown as Plan;

test("bars are as long as their steps take, in the rows of their kinds", async (t) => {
  const plan = planOf([
    { kind: "matmul", label: "a <b>" },
    { kind: "map", label: "c", metric: 0.9 },
    { kind: "matmul", label: "d" },
  ]);
  const svg = timeline(plan, [0.004, 0.002, 0.006], { title: "time", longest: 2 });
  const { all } = checkPicture(t, svg, "timeline");
  const bars = all.filter((one) => one.tagName === "rect" && one.getAttribute("height") === "15");
  const width = (at: number) => Number(bars[at]?.getAttribute("width"));
  const left = (at: number) => Number(bars[at]?.getAttribute("x"));
  // By kind: both products, then the map.
  t.ok(Math.abs(width(1) / width(0) - 1.5) < 0.01, "6 ms beside 4 ms");
  t.ok(Math.abs(width(2) / width(0) - 0.5) < 0.01, "2 ms beside 4 ms");
  t.ok(Math.abs(left(2) - left(0) - width(0)) < 0.15, "the second begins where the first ends");
  t.ok(Math.abs(left(1) - left(0) - width(0) - width(2)) < 0.15);
  const shown = texts(svg);
  for (const text of ["10 ms, 83 %, 2 steps", "2 ms, 17 %, 1 step", "milliseconds"])
    t.ok(shown.includes(text), text);
  t.ok(shown.includes("2 matmul d") && shown.includes("0 matmul a <b>"), "the two longest");
  t.notOk(shown.includes("1 map c"));
  t.ok(shown.some((text) => text.includes("Notched: for the metric, 15 % of the time.")));
  const notches = all.filter((one) => one.getAttribute("height") === "2.5");
  t.equal(notches.length, 1);
});

test("several profiles count by their medians; a real one is drawn", async (t) => {
  const plan = planOf([{ kind: "map", label: "a" }]);
  const svg = timeline(plan, [[0.001], [0.003], [0.1]]);
  t.ok(texts(svg).includes("1 step, 3 ms, medians of 3 profiles."));
  const real = await program();
  const feeds = { x: tensor(new Float64Array(30).fill(1), { shape: [6, 5] }) };
  const seconds = (await real.profile?.(feeds)) ?? real.plan.steps.map(() => 1e-6);
  checkPicture(t, timeline(real, seconds), "a real profile");
  checkPicture(
    t,
    timeline(
      real.plan,
      real.plan.steps.map(() => 0),
    ),
    "no time at all",
  );
});

test("lives of buffers are from the first use to the last one, and the peak counts bytes once", async (t) => {
  const { plan } = await program();
  const lives = livesOf(plan);
  t.ok(lives.length > 1);
  // Step by step and byte by byte.
  const used = plan.steps.map((_, at) => {
    const bytes = new Set<number>();
    for (const { first, last, offset, bytes: size } of lives) {
      if (at < first || at > last) continue;
      for (let byte = 0; byte < size; byte++) bytes.add(offset + byte);
    }
    return bytes.size;
  });
  const peak = peakOf(lives, plan.steps.length);
  t.equal(peak.bytes, Math.max(...used));
  t.equal(used[peak.step], peak.bytes);
  t.ok(peak.bytes <= plan.arenaBytes);
  const svg = planView({ plan }, { title: "plan" });
  const { all } = checkPicture(t, svg, "plan");
  const rects = all.filter((one) => one.getAttribute("fill-opacity") !== null);
  t.equal(rects.length, lives.length, "a rectangle for each buffer");
  const [first] = lives;
  const per = lives.map(({ first: from, last }, at) => {
    return Number(rects[at]?.getAttribute("width")) / (last - from + 1);
  });
  t.ok(
    per.every((width) => Math.abs(width / (per[0] ?? 1) - 1) < 0.02),
    "equally wide per step",
  );
  t.ok(
    first !== undefined &&
      texts(svg).some((text) => text.startsWith(`${plan.steps.length} steps in`)),
  );
  t.equal(texts(svg).filter((text) => /^\d+ {1,2}[a-z]+/.test(text)).length, plan.steps.length + 1);
  checkPicture(t, planView(plan, { steps: 1 }), "a short list");
  checkPicture(t, planView(planOf([])), "an empty plan");
});

test("what is no program, or not its times, is an error", async (t) => {
  const plan = planOf([{ kind: "map", label: "a" }]);
  const cases: [() => unknown, RegExp][] = [
    [() => timeline(null as never, []), /timeline: it needs a program or a plan, got null; pass/],
    [() => timeline(planOf([]), []), /timeline: the plan must have steps, got none; compile/],
    [() => timeline(plan, []), /seconds for each of the 1 steps, got 0 numbers/],
    [() => timeline(plan, null as never), /got null/],
    [() => timeline(plan, [Number.NaN]), /got something that is no time/],
    [() => timeline(plan, [[1], [1, 2]]), /got 2 numbers/],
    [() => timeline(plan, [1], { longest: -1 }), /longest must be an integer from 0 to 50/],
    [() => timeline(plan, [1], { by: 1 } as never), /options must be among/],
    [() => planView({} as never), /planView: it needs a program or a plan, got an object/],
    [() => planView(plan, { steps: -1 }), /steps must be an integer from 0/],
    [() => planView(plan, { memory: 1 } as never), /options must be among/],
  ];
  for (const [draw, message] of cases) t.throws(draw, message);
});
