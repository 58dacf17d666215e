import * as graph from "@metrigrad/graph";
import { type GraphError, MetrigradError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";

const x = graph.constant(tensor([1, 2, 3, 4], { shape: [2, 2] }));
const index = graph.constant(tensor(Int32Array.of(0, 1), { shape: [1, 2] }));

/** Calls that programs without types make by mistake, and what they are told. */
const refused: readonly (readonly [name: string, call: () => unknown, message: RegExp])[] = [
  [
    "slice",
    () => graph.slice(x, { axis: 1, start: 0, end: 1 } as never),
    /slice: ranges must be a list, got \{"axis":1/,
  ],
  [
    "slice of an axis",
    () => graph.slice(x, 1 as never),
    /slice: ranges must be a list, got 1; pass an array/,
  ],
  [
    "slice of nothing",
    () => graph.slice(x, undefined as never),
    /slice: ranges must be a list, got undefined/,
  ],
  [
    "input",
    () => graph.input("x", [2], { type: "i32" } as never),
    /^input x: type must be one of float, i32, u32, bool, u8, f16, got \{"type":"i32"\}; call input\("x", \[2\], "i32"\)/,
  ],
  ["input of f32", () => graph.input("x", [2], "f32" as never), /^input x: type must be .*"f32"/],
  [
    "variable",
    () => graph.variable("w", [2], { type: "f64" as never }),
    /^variable w: type must be one of float, i32, u32, bool, u8, f16, got "f64"; call variable/,
  ],
  ["reshape", () => graph.reshape(x, { shape: [4] } as never), /reshape: the shape must be a list/],
  [
    "transpose",
    () => graph.transpose(x, { axes: [1, 0] } as never),
    /transpose: axes must be a list/,
  ],
  ["pad", () => graph.pad(x, { widths: 1 } as never), /pad: widths must be a list/],
  [
    "pad's options",
    () =>
      graph.pad(
        x,
        [
          [1, 1],
          [0, 0],
        ],
        { mod: "reflect" } as never,
      ),
    /pad: options must be among mode, value, got mod/,
  ],
  [
    "random",
    () => graph.uniform([2], { kay: "a" } as never),
    /options must be among key, state, got kay/,
  ],
  [
    "variable",
    () => graph.variable("w", [2], { roll: "state" } as never),
    /variable w: options must be among type, role, init, got roll/,
  ],
  [
    "fft",
    () => graph.fft({ re: x, im: x }, { norm: "unitary" } as never),
    /norm must be one of backward, forward, ortho, got "unitary"/,
  ],
  [
    "meshgrid",
    () => graph.meshgrid([graph.iota(2), graph.iota(3)], { indexing: "yx" } as never),
    /meshgrid: indexing must be one of ij, xy, got "yx"/,
  ],
  [
    "putAlongAxis",
    () => graph.putAlongAxis(x, index, x, { axis: 0, mode: "mul" } as never),
    /putAlongAxis: mode must be one of set, add, max, min, got "mul"/,
  ],
  [
    "quantile",
    () => graph.quantile(x, 0.5, { interpolation: "cubic" } as never),
    /quantile: interpolation must be one of linear, lower, .*, got "cubic"/,
  ],
  [
    "inDouble",
    () => graph.inDouble([x], () => true, { round: false } as never),
    /inDouble: options must be among rounded, got round/,
  ],
  [
    "tensor",
    () => tensor([1, 2], { shap: [2, 1] } as never),
    /tensor: options must be among shape, dtype, got shap/,
  ],
];

test("what is given in another form than the ops have is refused", (t) => {
  for (const [name, call, message] of refused) {
    try {
      call();
      t.fail(`${name} was accepted`);
    } catch (error) {
      t.ok(error instanceof MetrigradError, `${name}: ${(error as Error).message}`);
      t.match((error as Error).message, message);
    }
  }
  t.end();
});

test("compile and checkOp refuse names that they do not know", async (t) => {
  const store = await (await reference()).store([]);
  const message = (call: Promise<unknown>) =>
    call.then(
      () => "accepted",
      (error: GraphError) => error.message,
    );
  t.match(
    await message(graph.compile({ outputs: [x], update: [] } as never, store)),
    /compile: options must be among outputs, updates, unfused, got update/,
  );
  t.match(
    await message(graph.checkOp(graph.tanh, [], { toleranse: 1 } as never)),
    /checkOp: options must be among name, backend, .*, got toleranse/,
  );
});
