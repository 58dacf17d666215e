import type { ScatterAddStep } from "@metrigrad/tensor";
import test from "tape";
import { scatterAdd } from "../../src/step/scatterAdd.ts";
import { Page } from "../../src/webgpu/page.ts";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan, wave } from "../support/plans.ts";

/** Updates of so many places, in an order of their own, to rows of an output that holds something else before. */
function stepOf(
  plan: TestPlan,
  places: readonly number[],
  [count, ...inner]: readonly [number, ...number[]],
  value: (at: number) => number = (at) => (at % 17) - 8,
): ScatterAddStep {
  const reach = (at: number) => Math.round(0.6 * count * (1 + wave(at))) - 5;
  const indices = plan.view(places, "i32", reach);
  const shape = [...places, ...inner];
  const updates = plan.view(shape, "f32", value, [...shape.keys()].reverse());
  const output = plan.view([count, ...inner]);
  return { kind: "scatterAdd", label: "", indices, updates, output };
}

test("scatterAdd: many updates find their rows as few do", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [count, columns, size] of [
      [3, 5, 40],
      [70, 1, 300],
      [900, 3, 3000],
      [2, 1, 1],
    ] as const) {
      const plan = new TestPlan();
      const step = stepOf(plan, [size], [count, columns]);
      t.equal(await plan.difference(backend, [step]), 0, `${size} to [${count}, ${columns}]`);
    }
  });
});

test("scatterAdd: as many comparisons as lead to a sort, one element less, and far more", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [places, shape] of [
      [[64], [65_535, 1]],
      [[64], [65_536, 1]],
      [
        [8, 8],
        [1024, 4, 16],
      ],
      [[1], [70_000, 65]],
      [[9], [70_000, 8]],
      [[3000], [1, 2000]],
      [[5000], [900]],
    ] as const) {
      const plan = new TestPlan();
      const step = stepOf(plan, places, shape);
      t.equal(await plan.difference(backend, [step]), 0, `[${places}] to [${shape}]`);
    }
  });
});

test("scatterAdd: integers, an output in another order, and a condition", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const count of [20, 40_000]) {
      for (const [dtype, on] of [
        ["i32", 1],
        ["u32", 1],
        ["f32", 0],
      ] as const) {
        const plan = new TestPlan();
        const step = {
          ...stepOf(plan, [150], [count, 3]),
          updates: plan.view([150, 3], dtype, (at) => (at * 40_503) % 1000),
          output: plan.view([count, 3], dtype, (at) => at % 100, [1, 0]),
          when: { ...plan.view([1], "bool", () => on), shape: [], strides: [] },
        };
        const difference = await plan.difference(backend, [step]);
        t.equal(difference, 0, `${dtype} [${count}, 3], ${on === 1 ? "wanted" : "skipped"}`);
      }
    }
  });
});

test("scatterAdd: each sum is in the order of the updates, also where scratch holds a part of them", async (t) => {
  const [size, count, columns] = [20_000, 300, 2];
  for (const limits of [{}, { bindingBytes: 2 ** 16 }]) {
    await onWebGpu(
      t,
      async (backend) => {
        const plan = new TestPlan();
        const step = stepOf(plan, [size], [count, columns], (at) => 1e3 * wave(at) ** 3);
        const all = await plan.run(backend, [step]);
        const { indices, updates, output } = step;
        const [at, from, got] = [indices, updates, output].map(({ buffer }) => all[buffer]);
        const expected = new Float32Array(count * columns);
        for (let place = 0; place < size; place++) {
          const index = at?.[indices.offset + place] as number;
          const row = Math.min(Math.max(index, 0), count - 1);
          for (let column = 0; column < columns; column++) {
            const update = from?.[updates.offset + place + size * column] as number;
            // A Float32Array rounds each sum, as the device does.
            const to = row * columns + column;
            expected[to] = (expected[to] as number) + update;
          }
        }
        const found = got?.slice(output.offset, output.offset + count * columns);
        t.deepEqual(found, expected, JSON.stringify(limits));
      },
      limits,
    );
  }
});

test("scatterAdd: few updates of a large output take a thread for each element to clear, and for each update", (t) => {
  const plan = new TestPlan();
  const step = stepOf(plan, [10], [1000, 512]);
  // The sizes of an embedding, without its memory.
  const [size, count, columns] = [1000, 50_000, 512];
  const large: ScatterAddStep = {
    ...step,
    indices: { ...step.indices, shape: [size] },
    updates: { ...step.updates, shape: [size, columns] },
    output: { ...step.output, shape: [count, columns] },
  };
  const page = new Page("all", 64);
  const dispatches = scatterAdd(large, {
    ...{ scratch: new Page("scratch"), scratchBytes: 2 ** 27, mostTerms: 2 ** 37 },
    shapeOf: () => {
      throw new Error("no product");
    },
    spot: () => ({ page, offset: 0 }),
    dtype: (buffer) => (buffer === step.indices.buffer ? "i32" : "f32"),
    bytes: () => 64,
  });
  const threads = dispatches.map(({ groups, source }) => groups * source.lanes);
  t.deepEqual(threads, [count * columns, 256, size * columns], "cleared, sorted, added");
  t.end();
});
