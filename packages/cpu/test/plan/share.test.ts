/** Phases whose code differs in addresses alone are one function, and do what they did apart. */
import {
  arg,
  atOnce,
  call,
  type FloatType,
  type Plan,
  primitiveFns,
  type Step,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { bytesOf } from "../../src/loop/lanes.ts";
import { buildPlan, floatsIn } from "../../src/plan/module.ts";
import { addPhases, liftAddresses } from "../../src/plan/share.ts";
import {
  addressAt,
  addressFromBase,
  FunctionBuilder,
  type FunctionCode,
  i32,
  ModuleBuilder,
} from "../../src/wasm/index.ts";
import { instance, type Numbers } from "../support/module.ts";
import { Random } from "../support/random.ts";
import { compare, TestPlan } from "../support/steps.ts";

const label = "";

/** A plan with `layers` times the same steps on buffers of their own, each layer reading what the last one wrote. */
function layered(layers: number, change: (step: Step, layer: number) => Step = (step) => step) {
  const random = new Random(61);
  const plan = new TestPlan();
  const float = (...shape: number[]) => plan.view(shape, "f32", () => random.between(-1, 1));
  const steps: Step[] = [];
  let x = float(9, 12);
  for (let layer = 0; layer < layers; layer++) {
    const [sum, next, factor, means] = [float(9, 12), float(9, 12), float(12, 12), float(12)];
    const own: Step[] = [
      { kind: "matmul", label, a: x, b: float(12, 12), outputs: [sum] },
      {
        ...{ kind: "map", label, shape: [9, 12], outputs: [next] },
        inputs: [sum, { ...float(12), shape: [9, 12], strides: [0, 1] }],
        exprs: [call(primitiveFns.tanh, call(primitiveFns.add, arg(0), arg(1)))],
      },
      {
        ...{ kind: "reduce", label, shape: [9, 12], axes: [0], ops: ["sum"] },
        ...{ inputs: [next], exprs: [arg(0)], outputs: [means] },
      },
      {
        ...{ kind: "cholesky", label, shift: null, used: null, output: factor },
        a: plan.view([12, 12], "f32", (at) => (at % 13 === 0 ? 3 + layer : 0.1)),
      },
    ];
    steps.push(...own.map((step) => change(step, layer)));
    x = next;
  }
  return { plan, steps };
}

/** The module of such a plan, and how many functions it has for its phases. */
async function moduleOf(layers: number, float: FloatType, parts: number) {
  const { plan, steps } = layered(layers);
  const device = await Device.create({ relaxed: false, threads: 1, grain: 0 });
  const buffers = plan.buffers.map(({ dtype, data }, i) => {
    const type = dtype === "f32" ? float : dtype;
    return { dtype: type, size: data.length, place: { kind: "output" }, label: `b${i}` } as const;
  });
  const full: Plan = { float, buffers, steps, feeds: [], outputs: [], arenaBytes: 0 };
  const addresses = buffers.map(({ dtype, size }) =>
    device.heap.allocate(size * bytesOf(dtype), "test"),
  );
  const { options, scratch } = device;
  const { bytes, phases } = atOnce(
    buildPlan(full, {
      ...{ options, scratch, parts, addresses, libraries: await device.libraries(floatsIn(full)) },
      ...{ grain: 0, fork: null },
    }),
  );
  await device.close();
  const names = phases.flat().map(({ name }) => name);
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
  const functions = exported.filter(({ name }) => names.includes(name)).length;
  return { bytes: bytes.length, phases: names.length, functions };
}

test("equal layers have the functions of one", async (t) => {
  for (const float of ["f32", "f64"] as const) {
    for (const parts of [1, 3]) {
      const [one, three, nine] = [
        await moduleOf(1, float, parts),
        await moduleOf(3, float, parts),
        await moduleOf(9, float, parts),
      ];
      const name = `${float}, ${parts} parts`;
      t.equal(one.functions, one.phases, `${name}: one layer repeats nothing`);
      t.equal(nine.phases, 9 * one.phases, `${name}: phases`);
      t.equal(nine.functions, one.functions, `${name}: functions`);
      const each = (nine.bytes - three.bytes) / 6;
      t.ok(each < one.bytes / 4, `${name}: ${each} bytes for each layer, ${one.bytes} for one`);
    }
  }
});

test("repeated phases compute on their own buffers", async (t) => {
  const { plan, steps } = layered(5);
  await compare(t, plan, steps, { relative: 2e-5, absolute: 1e-6 }, "five layers");
});

test("repeated phases are skipped by flags of their own", async (t) => {
  const flags = [1, 0, 1, 1, 0];
  const { plan, steps } = layered(5);
  const flag = plan.view([5], "bool", (at) => flags[at] ?? 0);
  const chosen = steps.map((step, at): Step => {
    if (step.kind !== "map" && step.kind !== "reduce") return step;
    const layer = Math.floor(at / 4);
    return { ...step, when: { ...flag, shape: [], strides: [], offset: layer } };
  });
  await compare(t, plan, chosen, { relative: 2e-5, absolute: 1e-6 }, "five layers, three of them");
});

test("repeated phases in loops move on buffers of their own", async (t) => {
  const random = new Random(62);
  const plan = new TestPlan();
  const turns = 4;
  const float = (...shape: number[]) => plan.view(shape, "f32", () => random.between(-1, 1));
  /** One line of a matrix with a line for each turn, from the last one on where it goes back. */
  const lines = (size: number, back: boolean): View => ({
    ...float(turns, size),
    ...{ shape: [size], strides: [1] },
    ...{ offset: back ? (turns - 1) * size : 0, advance: [back ? -size : size] },
  });
  const body = [0, 1, 2].flatMap((layer): Step[] => {
    const [state, out, total] = [float(20), lines(20, layer === 1), float()];
    const inputs = [lines(20, layer === 1), state];
    const exprs = [call(primitiveFns.add, arg(0), call(primitiveFns.sin, arg(1)))];
    return [
      { kind: "map", label, shape: [20], inputs, exprs, outputs: [out] },
      { kind: "map", label, shape: [20], inputs: [out], exprs: [arg(0)], outputs: [state] },
      {
        ...{ kind: "reduce", label, shape: [20], axes: [0], ops: ["max"] },
        ...{ inputs: [out], exprs: [arg(0)], outputs: [total] },
      },
    ];
  });
  const steps: Step[] = [{ kind: "loop", label, turns, body }, ...body.map(still)];
  await compare(t, plan, steps, { relative: 2e-5, absolute: 1e-6 }, "loop of three layers");
});

/** The same step outside of loops. */
function still(step: Step): Step {
  const without = ({ advance: _, ...view }: View): View => view;
  if (step.kind !== "map" && step.kind !== "reduce") return step;
  return { ...step, inputs: step.inputs.map(without), outputs: step.outputs.map(without) };
}

/** Runs phases that store what they compute, and lists words of the memory afterwards. */
function stored(phases: readonly FunctionCode[], base: number, words: readonly number[]) {
  const m = new ModuleBuilder({ shared: false });
  const calls = atOnce(
    addPhases(m, phases, {
      nameOf: (phase) => `phase${phases.indexOf(phase)}`,
      write: (phase) => phase,
      ...{ calls: 1, base },
    }),
  );
  const { exports, memory } = instance(m, false, base);
  for (const phase of phases) {
    const { func, addresses } = calls.get(phase) as NonNullable<ReturnType<typeof calls.get>>;
    (exports[func.name] as Numbers)(0, 1, ...addresses);
  }
  const all = new Int32Array(memory.buffer);
  const values = words.map((address) => all[address >> 2] as number);
  return { values, functions: Object.keys(exports).length };
}

/** The code of a phase. */
function phaseOf(body: (f: FunctionBuilder) => void): FunctionCode {
  const f = new FunctionBuilder(["i32", "i32"]);
  body(f);
  return f.build();
}

const turns = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

test("numbers that equal addresses are not taken for them", (t) => {
  const at = (turn: number) => 1024 + 64 * turn;
  const words = turns.map(at);
  const same = turns.map((turn) =>
    phaseOf((f) => f.do(i32.store(i32.const(addressAt(at(turn))), i32.const(1024)))),
  );
  const wanted = { values: turns.map(() => 1024), functions: 1 };
  t.deepEqual(stored(same, 0, words), wanted, "a number that is the address of the first one");
  const own = turns.map((turn) =>
    phaseOf((f) => f.do(i32.store(i32.const(addressAt(at(turn))), i32.const(at(turn))))),
  );
  t.deepEqual(stored(own, 0, words), { values: words, functions: 10 }, "a number of each");
  t.end();
});

test("offsets, values and addresses from the base come from parameters", (t) => {
  const base = 4096;
  const from = (turn: number) => 256 * turn;
  const phases = turns.map((turn) =>
    phaseOf((f) => {
      // Many locals: their indices take more than a byte, and move behind the parameters.
      const locals = Array.from({ length: 150 }, (_, i) => f.let(i32.const(i)));
      const place = i32.const(addressFromBase(from(turn)));
      const last = f.let(i32.add(place, 8));
      f.do(i32.store(i32.const(4), locals.at(-1) ?? i32.const(0), addressFromBase(from(turn))));
      f.do(i32.store(last, i32.add(i32.load(i32.const(0), addressFromBase(from(turn) + 4)), last)));
    }),
  );
  const words = turns.flatMap((turn) => [base + from(turn) + 4, base + from(turn) + 8]);
  const values = turns.flatMap((turn) => [149, 149 + base + from(turn) + 8]);
  t.deepEqual(stored(phases, base, words), { values, functions: 1 });
  t.end();
});

test("addresses that differ alike have one parameter, the lowest", (t) => {
  const { lifted, given } = liftAddresses([
    [512, 100, 108, 40, 96, 300],
    [512, 200, 208, 40, 196, 310],
    [512, 150, 158, 40, 146, 320],
  ]);
  t.deepEqual(lifted, {
    count: 2,
    addresses: [
      null,
      { param: 0, bytes: 4 },
      { param: 0, bytes: 12 },
      null,
      { param: 0, bytes: 0 },
      { param: 1, bytes: 0 },
    ],
  });
  t.deepEqual(given, [
    [96, 300],
    [196, 310],
    [146, 320],
  ]);
  t.end();
});

test("what would not make the module smaller is not shared", (t) => {
  const at = (turn: number, k: number) => 1024 + 64 * k * (turn + 1);
  const places = Array.from({ length: 12 }, (_, k) => k);
  const short = [0, 1].map((turn) =>
    phaseOf((f) => {
      for (const k of places) f.do(i32.store(i32.const(addressAt(at(turn, k))), i32.const(7)));
    }),
  );
  const words = [0, 1].flatMap((turn) => places.map((k) => at(turn, k)));
  t.deepEqual(stored(short, 0, words), { values: words.map(() => 7), functions: 2 });
  t.end();
});
