import { relu, tanh } from "@metrigrad/graph";
import { explain, fullMetrics, partition, standardMetrics } from "@metrigrad/metric";
import {
  batchNorm,
  categorical,
  dense,
  mixtureOfExperts,
  sequential,
  skip,
  transformerBlock,
} from "@metrigrad/nn";
import test from "tape";
import { graphView } from "../../src/index.ts";
import { checkPicture, read } from "../support/picture.ts";

const residual = sequential(
  dense(20, 8, { activation: relu }),
  skip(sequential(dense(8, 8, { activation: tanh }), batchNorm(8), dense(8, 8))),
  dense(8, 4),
);
const options = {
  batchSize: 50,
  likelihood: categorical(),
  metrics: fullMetrics.orPlain(),
} as const;

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The frames of boxes, and those of modules around them, which are dashed. */
function rectsOf(svg: string): { readonly boxes: Rect[]; readonly frames: Rect[] } {
  const rects = read(svg).all.filter(({ tagName }) => tagName === "rect");
  const of = (rx: string) =>
    rects
      .filter((one) => one.getAttribute("rx") === rx)
      .map((one): Rect => {
        const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
          Number(one.getAttribute(name)),
        ) as [number, number, number, number];
        return { left: x, top: y, right: x + width, bottom: y + height };
      });
  return { boxes: of("4"), frames: of("6") };
}

const meet = (a: Rect, b: Rect) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

test("each module is a box with its metric, sizes and law, in the order of the data", async (t) => {
  const explanation = explain(residual, options);
  const svg = graphView(explanation, { title: "A net & <its> metrics" });
  const { texts } = checkPicture(t, svg, "residual");
  const all = texts.map(({ text }) => text);
  for (const { form, layout, law, solver } of explanation.rows) {
    const what = solver === "none" ? form : `${form}, ${layout}`;
    t.ok(all.includes(what), what);
    if (law !== null) t.ok(all.includes(`response: ${law}`), law);
  }
  t.ok(all.includes("input [50, 20]") && all.includes("output [50, 4]"));
  const { boxes, frames } = rectsOf(svg);
  t.equal(boxes.length, explanation.graph.modules.length);
  t.notOk(
    boxes.some((one, at) => boxes.slice(at + 1).some((other) => meet(one, other))),
    "no two boxes meet",
  );
  const tops = boxes.map(({ top }) => top);
  t.deepEqual(
    tops,
    [...tops].sort((a, b) => a - b),
    "from top to bottom",
  );
  const [frame] = frames as [Rect];
  t.equal(frames.length, 1, "one frame for skip0/sequential0");
  const inside = boxes.filter((box) => meet(box, frame));
  t.equal(inside.length, 3, "its three modules are in the frame, and no other");
  t.ok(all.includes("skip0/sequential0"));
});

test("arrows go around boxes, and each ends at one", async (t) => {
  const explanation = explain(residual, options);
  const svg = graphView(explanation);
  const { boxes } = rectsOf(svg);
  const lines = read(svg)
    .all.filter((one) => one.getAttribute("stroke-width") === "1.2")
    .map((one) =>
      (one.getAttribute("d") ?? "")
        .split(/[ML]/)
        .slice(1)
        .map((pair) => pair.split(",").map(Number)),
    );
  t.equal(lines.length, explanation.graph.flows.length);
  const crossed = lines.flatMap((points) =>
    points.slice(1).flatMap(([x = 0, y = 0], at) => {
      const [a = 0, b = 0] = points[at] ?? [];
      // Samples of the segment, without its ends, which touch their boxes.
      return Array.from({ length: 19 }, (_, step) => {
        const share = (step + 1) / 20;
        const [px, py] = [a + share * (x - a), b + share * (y - b)];
        return boxes.some(
          (box) =>
            px > box.left + 1 && px < box.right - 1 && py > box.top + 1 && py < box.bottom - 1,
        );
      }).filter(Boolean);
    }),
  );
  t.equal(crossed.length, 0);
});

test("large models, models of several inputs, and blocks over several modules are drawn", async (t) => {
  const block = explain(transformerBlock(8, 2), {
    batchSize: 4,
    inputs: [5, 8],
    metrics: standardMetrics.orPlain(),
  });
  checkPicture(t, graphView(block), "transformer");
  const experts = mixtureOfExperts(4, [dense(4, 4), dense(4, 4), dense(4, 4), dense(4, 4)]);
  const mixed = graphView(explain(experts, { ...options, inputs: [4] }));
  const { width } = read(mixed);
  for (const one of read(mixed).all.filter((own) => own.getAttribute("stroke-width") === "1.2")) {
    const places = (one.getAttribute("d") ?? "").match(/-?[\d.]+(?=,)/g) ?? [];
    t.ok(
      places.every((x) => Number(x) >= 0 && Number(x) <= width),
      "arrows stay inside",
    );
  }
  const plain = sequential(dense(4, 3, { activation: tanh }), dense(3, 2));
  const whole = explain(plain, { ...options, metrics: partition(plain, "whole") });
  const shown = graphView(whole);
  checkPicture(t, shown, "one block");
  t.ok(read(shown).texts.some(({ text }) => text.startsWith("in the block of")));
  const deep = sequential(...Array.from({ length: 12 }, () => skip(dense(6, 6))));
  checkPicture(t, graphView(explain(deep, 10)), "twelve residual layers");
  checkPicture(t, graphView(explain(dense(3, 2), 10)), "one layer");
});

test("what is no explanation is an error", async (t) => {
  t.throws(() => graphView(null as never), /graphView: it needs an explanation, got null; pass/);
  t.throws(() => graphView({} as never), /got an object/);
  t.throws(
    () => graphView(explain(dense(1, 1), 5), { dot: true } as never),
    /options must be among title, note, got dot/,
  );
});
