/** Steps whose floats are of both types: they compute in 64 bits. */
import {
  arg,
  atOnce,
  call,
  type DType,
  type Plan,
  primitiveFns,
  type Step,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { bytesOf } from "../../src/loop/lanes.ts";
import { type StoredArray, storedArray, writeElements } from "../../src/memory/elements.ts";
import { buildPlan, floatsIn } from "../../src/plan/module.ts";
import type { Numbers } from "../support/module.ts";

/** A buffer: how it is stored, and what it holds. */
interface Stored {
  readonly dtype: DType;
  readonly values: readonly number[];
}

/** What the buffers hold after a step. */
async function after(step: Step, stored: readonly Stored[]): Promise<StoredArray[]> {
  const device = await Device.create({ relaxed: false, threads: 1, grain: 0 });
  const arrays = stored.map(({ dtype, values }) => {
    const address = device.heap.allocate(values.length * bytesOf(dtype), "test");
    const array = () => storedArray(device.heap, address, values.length, dtype);
    writeElements(array(), dtype, values, "f64");
    return { address, array };
  });
  const plan: Plan = {
    float: "f64",
    buffers: stored.map(({ dtype, values }, i) => {
      return { dtype, size: values.length, place: { kind: "output" }, label: `b${i}` };
    }),
    steps: [step],
    feeds: [],
    outputs: [],
    arenaBytes: 0,
  };
  const { options, scratch } = device;
  const { bytes, phases } = atOnce(
    buildPlan(plan, {
      ...{ options, scratch, parts: 1, grain: 0, fork: null },
      ...{ addresses: arrays.map(({ address }) => address) },
      libraries: await device.libraries(floatsIn(plan)),
    }),
  );
  const { instance } = await WebAssembly.instantiate(bytes, { env: device.imports });
  for (const { name, addresses } of phases.flat()) {
    (instance.exports[name] as Numbers)(0, 1, ...addresses);
  }
  return arrays.map(({ array }) => array().slice());
}

const sizes = [1, 2, 3, 4, 5, 9, 64, 67];

/** Views on buffers of `size` elements with a gap between one and the next. */
function viewOf(buffer: number, size: number, stride: number): View {
  return { buffer, shape: [size], strides: [stride], offset: 0 };
}

/** Numbers in range of every type, some with more digits than float32 has. */
const valueAt: Readonly<Record<DType, (at: number) => number>> = {
  f32: (at) => Math.fround((at - 3) * 1.1),
  f64: (at) => (at - 3) * 1.1,
  i32: (at) => 5 - 3 * at,
  u32: (at) => 2 ** 31 + at,
  bool: (at) => +(at % 3 === 1),
  u8: (at) => (7 * at) % 256,
  f16: (at) => (at - 20) / 8,
};

test("copies between floats of both types, side by side and apart", async (t) => {
  for (const size of sizes) {
    for (const stride of [1, 3, 0]) {
      for (const [from, to] of [
        ["f32", "f64"],
        ["f64", "f32"],
      ] as const) {
        const values = Array.from({ length: size * 3 }, (_, at) => valueAt[from](at));
        const room = new Array<number>(2 * size).fill(7);
        const step: Step = {
          ...{ kind: "copy", label: "c" },
          ...{ input: viewOf(0, size, stride), output: viewOf(1, size, 2) },
        };
        const [, got] = await after(step, [
          { dtype: from, values },
          { dtype: to, values: room },
        ]);
        const wanted = room.map((x, at) => {
          if (at % 2 === 1) return x;
          const value = values[(at / 2) * stride] as number;
          return to === "f32" ? Math.fround(value) : value;
        });
        t.deepEqual([...(got as StoredArray)], wanted, `${size} of ${from} to ${to}, ${stride}`);
      }
    }
  }
});

test("a step of all types computes in 64 bits", async (t) => {
  const { add, mul, toFloat, toI32, toU32, gt } = primitiveFns;
  const inputs = ["f64", "f32", "i32", "u32", "bool", "u8", "f16"] as const;
  const outputs = ["f64", "f32", "i32", "u32", "bool"] as const;
  const float = (index: number, type: "i32" | "u32" | "bool") => call(toFloat, arg(index, type));
  const terms = [
    arg(1),
    float(2, "i32"),
    float(3, "u32"),
    float(4, "bool"),
    float(5, "u32"),
    arg(6),
  ];
  const sum = terms.reduce((total, term) => call(add, total, term), arg(0));
  const exprs = [
    sum,
    call(mul, arg(0), arg(1)),
    call(toI32, call(mul, arg(0), arg(0))),
    call(toU32, sum),
    call(gt, arg(0), arg(1)),
  ];
  for (const size of sizes) {
    for (const stride of [1, 2]) {
      const stored: Stored[] = [
        ...inputs.map((dtype) => {
          const values = Array.from({ length: size * stride }, (_, at) => valueAt[dtype](at));
          return { dtype, values };
        }),
        ...outputs.map((dtype) => ({ dtype, values: new Array<number>(size * stride).fill(0) })),
      ];
      const views = stored.map((_, buffer) => viewOf(buffer, size, stride));
      const step: Step = {
        ...{ kind: "map", label: "m", shape: [size], exprs },
        ...{ inputs: views.slice(0, inputs.length), outputs: views.slice(inputs.length) },
      };
      const results = await after(step, stored);
      const wrong: unknown[] = [];
      for (let i = 0; i < size; i++) {
        const at = i * stride;
        const [a, b, ...others] = inputs.map((dtype) => valueAt[dtype](at)) as [number, number];
        const total = (others as number[]).reduce((x, y) => x + y, a + b);
        const wanted = [
          ...[total, Math.fround(a * b), Math.trunc(a * a)],
          ...[Math.trunc(total), Number(a > b)],
        ];
        const got = results.slice(inputs.length).map((result) => result[at]);
        if (got.some((x, j) => x !== wanted[j])) wrong.push({ at: i, got, wanted });
      }
      t.deepEqual(wrong, [], `${size} elements, ${stride} apart`);
    }
  }
});

test("floats of 64 bits become integers as in 32: truncated, saturated, NaN as 0", async (t) => {
  const values = [2.9, -2.9, 3e9, -3e9, 5e9, -1, Number.NaN, Number.POSITIVE_INFINITY, -0.5];
  const size = values.length;
  const outputs = ["i32", "u32", "bool", "u8"] as const;
  const exprs = [primitiveFns.toI32, primitiveFns.toU32, primitiveFns.toBool, primitiveFns.toU32];
  const step: Step = {
    ...{ kind: "map", label: "m", shape: [size], inputs: [viewOf(0, size, 1)] },
    exprs: exprs.map((fn) => call(fn, arg(0))),
    outputs: outputs.map((_, j) => viewOf(j + 1, size, 1)),
  };
  const [, i32, u32, bool, u8] = await after(step, [
    { dtype: "f64", values },
    ...outputs.map((dtype) => ({ dtype, values: new Array<number>(size).fill(9) })),
  ]);
  const [low, high] = [-(2 ** 31), 2 ** 31 - 1];
  t.deepEqual([...(i32 as StoredArray)], [2, -2, high, low, high, -1, 0, high, 0]);
  t.deepEqual([...(u32 as StoredArray)], [2, 0, 3e9, 0, 2 ** 32 - 1, 0, 0, 2 ** 32 - 1, 0]);
  t.deepEqual([...(bool as StoredArray)], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
  t.deepEqual([...(u8 as StoredArray)], [2, 0, 255, 0, 255, 0, 0, 255, 0]);
});
