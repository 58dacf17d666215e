import type { View } from "@metrigrad/tensor";
import test from "tape";
import { Random } from "../support/random.ts";
import { compare, randomLayout, TestPlan } from "../support/steps.ts";

/** Windows of an axis of a view as two axes: where they begin, and the places in them. */
function windowed(view: View, axis: number, size: number, stride: number, dilation: number): View {
  const length = view.shape[axis] as number;
  const by = view.strides[axis] as number;
  const count = Math.floor((length - Math.abs(dilation) * (size - 1) - 1) / stride) + 1;
  const back = dilation < 0 ? -dilation * (size - 1) * by : 0;
  const insert = (list: readonly number[], at: number, own: number) => [
    ...list.slice(0, at),
    own,
    ...list.slice(at + 1),
  ];
  return {
    ...view,
    shape: [...insert(view.shape, axis, count), size],
    strides: [...insert(view.strides, axis, stride * by), dilation * by],
    offset: view.offset + back,
  };
}

/** The same view with its axes in another order. */
function ordered(view: View, axes: readonly number[]): View {
  const pick = (list: readonly number[]) => axes.map((axis) => list[axis] as number);
  return { ...view, shape: pick(view.shape), strides: pick(view.strides) };
}

const cases = [
  { n: 3, c: 1, o: 6, h: 12, w: 12, k: 5, stride: 1, dilation: 1 },
  { n: 2, c: 3, o: 7, h: 9, w: 13, k: 3, stride: 2, dilation: 1 },
  { n: 2, c: 2, o: 4, h: 11, w: 14, k: 3, stride: 1, dilation: -1 },
  { n: 1, c: 2, o: 1, h: 6, w: 7, k: 3, stride: 1, dilation: 2 },
  { n: 5, c: 17, o: 23, h: 18, w: 18, k: 3, stride: 1, dilation: 1 },
  { n: 2, c: 4, o: 130, h: 6, w: 10, k: 3, stride: 3, dilation: 1 },
  { n: 2, c: 1, o: 3, h: 40, w: 40, k: 3, stride: 1, dilation: 1 },
] as const;

test("contraction: a convolution and its gradient by the weight on windows", async (t) => {
  const random = new Random(21);
  const value = () => random.between(-1, 1);
  for (const { n, c, o, h, w, k, stride, dilation } of cases) {
    for (const channelsLast of [false, true]) {
      const plan = new TestPlan();
      const x = plan.view([n, c, h, w], "f32", value, channelsLast ? { order: [0, 2, 3, 1] } : {});
      const windows = windowed(windowed(x, 2, k, stride, dilation), 3, k, stride, dilation);
      const [, , oh = 0, ow = 0] = windows.shape;
      const weight = plan.view([c, k, k, o], "f32", value);
      const y = plan.view(
        [n, o, oh, ow],
        "f32",
        value,
        channelsLast ? { order: [0, 2, 3, 1] } : {},
      );
      const forward = {
        kind: "matmul",
        label: "y",
        a: ordered(windows, [0, 2, 3, 1, 4, 5]),
        b: weight,
        groups: { rows: 3, inner: 3, columns: 1 },
        outputs: [ordered(y, [0, 2, 3, 1])],
      } as const;
      const back = {
        kind: "matmul",
        label: "w",
        a: ordered(windows, [1, 4, 5, 0, 2, 3]),
        b: ordered(y, [0, 2, 3, 1]),
        groups: { rows: 3, inner: 3, columns: 1 },
        outputs: [plan.view([c, k, k, o], "f32", value)],
      } as const;
      const name = JSON.stringify({ n, c, o, h, w, k, stride, dilation, channelsLast });
      await compare(t, plan, [forward, back], { absolute: 1e-4 * Math.sqrt(n * h * w) }, name);
    }
  }
});

test("contraction: any numbers of axes, layouts and sizes", async (t) => {
  const random = new Random(22);
  for (let turn = 0; turn < 60; turn++) {
    const some = (most: number) =>
      Array.from({ length: random.integer(0, most) }, () => random.pick([0, 1, 2, 3, 5, 8, 13]));
    const [batch, rows, inner, columns] = [some(1), some(2), some(3), some(2)];
    const plan = new TestPlan();
    const value = () => random.between(-1, 1);
    const view = (shape: readonly number[], output: boolean) =>
      plan.view(shape, "f32", value, randomLayout(random, shape, output));
    const step = {
      kind: "matmul",
      label: "p",
      a: view([...batch, ...rows, ...inner], false),
      b: view([...batch, ...inner, ...columns], false),
      groups: { rows: rows.length, inner: inner.length, columns: columns.length },
      outputs: [view([...batch, ...rows, ...columns], true)],
    } as const;
    const name = [batch, rows, inner, columns].map((axes) => `[${axes}]`).join(" ");
    await compare(t, plan, [step], { absolute: 1e-4 }, name);
  }
});
