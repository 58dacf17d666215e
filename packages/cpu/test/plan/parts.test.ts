import {
  arg,
  atOnce,
  call,
  type DType,
  type FloatType,
  type Plan,
  primitiveFns,
  type Step,
} from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { bytesOf } from "../../src/loop/lanes.ts";
import { type StoredArray, storedArray, writeElements } from "../../src/memory/elements.ts";
import { openCpu } from "../../src/open.ts";
import { buildPlan, floatsIn } from "../../src/plan/module.ts";
import type { Numbers } from "../support/module.ts";
import { Random } from "../support/random.ts";
import { TestPlan } from "../support/steps.ts";

/** Runs every phase for all parts with floats of a type, in an order that threads could have. */
async function runInParts(
  plan: TestPlan,
  steps: readonly Step[],
  float: FloatType,
  parts: number,
  random: Random,
): Promise<StoredArray[]> {
  const device = await Device.create({ relaxed: false, threads: 1, grain: 0 });
  const storedAs = (dtype: DType) => (dtype === "f32" ? float : dtype);
  const buffers = plan.buffers.map(({ dtype, data }) => {
    const type = storedAs(dtype);
    const address = device.heap.allocate(data.length * bytesOf(type), "test");
    const stored = () => storedArray(device.heap, address, data.length, type);
    writeElements(stored(), type, data, dtype);
    return { address, stored };
  });
  const full: Plan = {
    float,
    buffers: plan.buffers.map(({ dtype, data }, i) => {
      return {
        dtype: storedAs(dtype),
        size: data.length,
        place: { kind: "output" },
        label: `b${i}`,
      };
    }),
    steps,
    feeds: [],
    outputs: [],
    arenaBytes: 0,
  };
  const addresses = buffers.map(({ address }) => address);
  const { options, scratch } = device;
  const { bytes, phases } = atOnce(
    buildPlan(full, {
      ...{ options, scratch, parts, addresses, libraries: await device.libraries(floatsIn(full)) },
      ...{ grain: 0, fork: null },
    }),
  );
  const { instance } = await WebAssembly.instantiate(bytes, { env: device.imports });
  for (const { name, addresses } of phases.flat()) {
    const order = Array.from({ length: parts }, (_, part) => part);
    order.sort(() => random.next() - 0.5);
    for (const part of order) (instance.exports[name] as Numbers)(part, parts, ...addresses);
  }
  return buffers.map(({ stored }) => stored().slice());
}

test("parts of a phase do the same as one, bit for bit, in any order", async (t) => {
  const random = new Random(51);
  const plan = new TestPlan();
  const value = () => random.between(-1, 1);
  const float = (...shape: number[]) => plan.view(shape, "f32", value);
  const indices = plan.view([9], "i32", () => random.integer(0, 6));
  const sum = call(primitiveFns.add, arg(0), arg(1));
  const big = plan.view([3, 20, 20], "f32", (at) => ((at % 400) % 21 === 0 ? 3 : 0.1));
  const lower = plan.view([20, 20], "f32", (at) => (at % 21 === 0 ? 3 : 0.1));
  const steps: Step[] = [
    {
      kind: "map",
      label: "",
      shape: [300],
      inputs: [float(300), float(300)],
      exprs: [sum],
      outputs: [float(300)],
    },
    {
      kind: "map",
      label: "",
      shape: [20, 7],
      inputs: [float(20, 7), plan.view([20, 7], "f32", value, { order: [1, 0] })],
      exprs: [sum],
      outputs: [float(20, 7)],
    },
    {
      kind: "reduce",
      label: "",
      shape: [30, 40],
      axes: [0],
      inputs: [float(30, 40)],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [float(40)],
    },
    {
      kind: "reduce",
      label: "",
      shape: [30, 40],
      axes: [1],
      inputs: [float(30, 40)],
      exprs: [arg(0)],
      ops: ["max"],
      outputs: [float(30)],
    },
    {
      kind: "reduce",
      label: "",
      shape: [30, 40],
      axes: [0, 1],
      inputs: [float(30, 40)],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [float()],
    },
    {
      kind: "convolve",
      label: "",
      a: plan.view([5, 9, 7, 3, 3], "f32", value, { broadcast: [0] }),
      b: float(5, 7, 6, 10),
      shift: [1, 1],
      dilation: [1, 1],
      output: float(5, 9, 6, 10),
    },
    {
      kind: "argReduce",
      label: "",
      op: "max",
      input: float(13, 9),
      output: plan.view([13], "i32", () => 0),
    },
    {
      kind: "sort",
      label: "",
      input: float(13, 90),
      descending: false,
      output: plan.view([13, 90], "i32", () => 0),
    },
    { kind: "matmul", label: "", a: float(70, 13), b: float(13, 9), outputs: [float(70, 9)] },
    {
      kind: "matmul",
      label: "",
      a: float(9, 13),
      b: float(13, 40),
      epilogue: { inputs: [float(9, 40)], exprs: [sum] },
      outputs: [float(9, 40)],
    },
    { kind: "matmul", label: "", a: float(5, 9, 3), b: float(5, 3, 4), outputs: [float(5, 9, 4)] },
    { kind: "gather", label: "", source: float(7, 5), indices, output: float(9, 5) },
    { kind: "scatterAdd", label: "", updates: float(9, 5), indices, output: float(7, 5) },
    {
      kind: "copy",
      label: "",
      input: plan.view([33, 18], "f32", value, { order: [1, 0] }),
      output: float(33, 18),
    },
    {
      kind: "random",
      label: "",
      key: 5,
      state: plan.view([2], "u32", () => 3),
      output: plan.view([61], "u32", () => 0),
    },
    {
      kind: "gram",
      label: "",
      x: float(5, 6, 7),
      nu: null,
      base: null,
      alpha: 0.5,
      beta: 1,
      output: float(5, 7, 7),
    },
    {
      kind: "gram",
      label: "",
      x: float(6, 7),
      nu: float(6),
      base: null,
      alpha: 0.5,
      beta: 1,
      output: float(7, 7),
    },
    { kind: "cholesky", label: "", a: big, shift: null, output: float(3, 20, 20), used: float(3) },
    {
      kind: "triangularSolve",
      label: "",
      l: lower,
      rhs: float(20, 5),
      transpose: true,
      output: float(20, 5),
    },
    {
      kind: "triangularSolve",
      label: "",
      l: big,
      rhs: float(3, 20, 1),
      transpose: false,
      output: float(3, 20, 1),
    },
  ];
  const large = plan.view([200, 200], "f32", (at) => (at % 201 === 0 ? 9 : 0.1));
  const indefinite = plan.view([150, 150], "f32", (at) => (at % 151 === 0 ? 1 - at / 1e4 : 0));
  const almost = plan.view([2, 3, 130, 130], "f32", (at) => (at % 131 === 0 ? -1e-6 : 0));
  steps.push(
    {
      kind: "reduce",
      label: "",
      shape: [203, 5, 40],
      axes: [0, 2],
      inputs: [float(203, 5, 40), float(203, 5, 40)],
      exprs: [call(primitiveFns.mul, arg(0), arg(1)), arg(1)],
      ops: ["sum", "min"],
      outputs: [float(5), float(5)],
    },
    {
      kind: "reduce",
      label: "",
      shape: [64, 600],
      axes: [0, 1],
      inputs: [float(64, 600)],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [float()],
    },
    {
      kind: "gram",
      label: "",
      x: float(3, 50, 90),
      nu: float(3, 50),
      base: float(3, 90, 90),
      alpha: 0.5,
      beta: 0.25,
      output: float(3, 90, 90),
    },
    { kind: "cholesky", label: "", a: large, shift: null, output: float(200, 200), used: null },
    { kind: "eigh", label: "", a: big, output: float(3, 20, 20), values: float(3, 20) },
    {
      kind: "cholesky",
      label: "",
      a: indefinite,
      shift: null,
      output: float(150, 150),
      used: float(),
    },
    {
      kind: "cholesky",
      label: "",
      a: almost,
      shift: plan.view([2, 3], "f32", (at) => at * 1e-6),
      output: plan.view([2, 3, 130, 130], "f32", () => 0, { order: [1, 0, 3, 2] }),
      used: float(2, 3),
    },
    {
      kind: "triangularSolve",
      label: "",
      l: lower,
      rhs: float(20, 45),
      transpose: false,
      output: float(20, 45),
    },
    // Rows, columns, and both of one product are shared.
    { kind: "matmul", label: "", a: float(50, 21), b: float(21, 80), outputs: [float(50, 80)] },
    { kind: "matmul", label: "", a: float(3, 21), b: float(21, 83), outputs: [float(3, 83)] },
    { kind: "matmul", label: "", a: float(13, 400), b: float(400, 19), outputs: [float(13, 19)] },
    {
      kind: "matmul",
      label: "",
      a: float(3, 9, 30),
      b: float(3, 30, 45),
      outputs: [float(3, 9, 45)],
    },
  );
  for (const type of ["f32", "f64"] as const) {
    const whole = await runInParts(plan, steps, type, 1, random);
    for (const parts of [2, 3, 7, 16]) {
      const shared = await runInParts(plan, steps, type, parts, random);
      const differing = shared.flatMap((buffer, i) => {
        return buffer.every((x, k) => Object.is(x, whole[i]?.[k])) ? [] : [i];
      });
      t.deepEqual(differing, [], `${parts} parts, ${type}`);
    }
  }
});

test("short phases are cut in fewer parts than long ones, with the same bits", async (t) => {
  const random = new Random(52);
  const plan = new TestPlan();
  const float = (...shape: number[]) => plan.view(shape, "f32", () => random.between(-1, 1));
  const large = plan.view([200, 200], "f32", (at) => (at % 201 === 0 ? 9 : 0.1));
  const steps: Step[] = [8, 20, 40, 90].map((size) => ({
    kind: "matmul",
    label: "",
    a: float(size, size),
    b: float(size, size + 3),
    outputs: [float(size, size + 3)],
  }));
  steps.push(
    { kind: "cholesky", label: "", a: large, shift: null, output: float(200, 200), used: null },
    {
      kind: "gram",
      label: "",
      x: float(30, 90),
      nu: float(30),
      base: null,
      alpha: 0.5,
      beta: 1,
      output: float(90, 90),
    },
    {
      kind: "triangularSolve",
      label: "",
      l: large,
      rhs: float(200, 30),
      transpose: false,
      output: float(200, 30),
    },
  );
  const [one, five] = [await openCpu({ threads: 1 }), await openCpu({ threads: 5, grain: 1000 })];
  for (const type of ["f32", "f64"] as const) {
    const whole = await plan.run(one, steps, type);
    const shared = await plan.run(five, steps, type);
    const differing = shared.flatMap((buffer, i) =>
      buffer.every((x, k) => Object.is(x, whole[i]?.[k])) ? [] : [i],
    );
    t.deepEqual(differing, [], type);
  }
  await five.close();
  await one.close();
});
