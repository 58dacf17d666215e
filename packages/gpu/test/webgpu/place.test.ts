import type { BufferSpec, Plan, VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { Page } from "../../src/webgpu/page.ts";
import { place } from "../../src/webgpu/place.ts";

const w: VariableSpec = {
  path: "w",
  shape: [3],
  type: "float",
  role: "state",
  init: () => [0, 0, 0],
};

function planOf(offsets: readonly (readonly [offset: number, words: number])[]): Plan {
  const buffers = offsets.map(([offset, size]): BufferSpec => {
    return { dtype: "f32", size, place: { kind: "arena", offset }, label: "" };
  });
  buffers.push({ dtype: "f32", size: 3, place: { kind: "variable", spec: w }, label: "" });
  return { float: "f32", buffers, steps: [], feeds: [], outputs: [], arenaBytes: 1024 };
}

const variable = { page: new Page("variables", 64), offset: 0 };

test("place: an arena is cut where no buffer lies across", async (t) => {
  const plan = planOf([
    [0, 32],
    [64, 16],
    [128, 32],
    [256, 64],
  ]);
  const { spots, pages } = place(plan, { pageBytes: 256, bindingBytes: 256 }, () => variable);
  t.deepEqual(
    pages.map(({ bytes }) => bytes),
    [256, 256],
  );
  t.deepEqual(
    spots.map(({ page, offset }) => [pages.indexOf(page), offset]),
    [
      [0, 0],
      [0, 64],
      [0, 128],
      [1, 0],
      [-1, 0],
    ],
  );
});

test("place: what shares memory and does not fit is refused", async (t) => {
  const plan = planOf([
    [0, 64],
    [192, 32],
  ]);
  t.throws(
    () => place(plan, { pageBytes: 256, bindingBytes: 256 }, () => variable),
    /must fit into one buffer of the gpu \(256 bytes, the adapter's most\), got 320 bytes/,
  );
});
