/** Programs reserve the temporary memory that their steps need, count it, and give it back. */
import {
  atOnce,
  type FloatType,
  type Plan,
  type Step,
  storageBytes,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/backend/device.ts";
import { openCpu } from "../../src/open.ts";
import { buildPlan } from "../../src/plan/module.ts";

const view = (buffer: number, shape: readonly number[]): View => ({
  buffer,
  shape,
  strides: shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)),
  offset: 0,
});

/** A step of one operand and one result of these shapes, and its plan. */
function planOf(
  shape: readonly number[],
  step: (a: View, output: View) => Step,
  float: FloatType,
): Plan {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    float,
    buffers: [
      { dtype: float, size, place: { kind: "feed", name: "a" }, label: "a" },
      { dtype: float, size, place: { kind: "output" }, label: "out" },
    ],
    steps: [step(view(0, shape), view(1, shape))],
    feeds: [{ name: "a", shape, dtype: float, buffer: 0 }],
    outputs: [view(1, shape)],
    arenaBytes: 0,
  };
}

const label = "";
const kinds: Record<string, (a: View, output: View) => Step> = {
  eigh: (a, output) => ({ kind: "eigh", label, a, output, values: null }),
  cholesky: (a, output) => ({ kind: "cholesky", label, a, shift: null, output, used: null }),
  matmul: (a, output) => ({ kind: "matmul", label, a, b: a, outputs: [output] }),
  triangularSolve: (a, output) => {
    return { kind: "triangularSolve", label, l: a, rhs: a, transpose: false, output };
  },
};

const types = ["f32", "f64"] as const;

for (const float of types) {
  test(`scratch of a program grows with its batch, not with threads that have nothing to do, ${float}`, async (t) => {
    const device = await Device.create({ relaxed: false, threads: 1, grain: 0 });
    const { options, scratch } = device;
    const libraries = await device.libraries([float]);
    const bytesOf = (name: string, shape: readonly number[], parts: number, grain = 0) => {
      const target = {
        options,
        libraries,
        scratch,
        parts,
        grain,
        fork: null,
        addresses: [1024, 1024],
      };
      const built = atOnce(buildPlan(planOf(shape, kinds[name] as never, float), target));
      built.scratch.release();
      return built.scratch.bytes;
    };
    for (const name of Object.keys(kinds)) {
      const one = bytesOf(name, [1, 8, 8], 1);
      const share = (batch: number, parts: number, grain?: number) =>
        bytesOf(name, [batch, 8, 8], parts, grain) / one;
      t.ok(share(1, 64) <= 8.1, `${name}: one matrix on 64 threads, ${share(1, 64)}`);
      t.ok(share(64, 64) > 50, `${name}: 64 matrices on 64 threads, ${share(64, 64)}`);
      t.ok(share(64, 64, 1e9) === 1, `${name}: short work is of one thread, ${share(64, 64, 1e9)}`);
    }
    for (const name of ["eigh", "cholesky"]) {
      const [one, many] = [bytesOf(name, [40, 40], 1), bytesOf(name, [40, 40], 64)];
      t.equal(many, one, `${name}: a matrix that one thread works on`);
    }
    t.equal(device.heap.bytes, 0, "given back");
    await device.close();
  });

  test(`scratch of a program is in its bytes, and free again when it is closed, ${float}`, async (t) => {
    const backend = await openCpu({ threads: 2, grain: 0 });
    const store = await backend.store([], { float });
    const shape = [300, 300];
    const before = backend.describe();
    const prepare = () => store.prepare(planOf(shape, kinds.eigh as never, float));
    const [first, second] = [await prepare(), await prepare()];
    const size = storageBytes[float] * 300 * 300;
    // Eigenvalues take two copies of the matrix beside the input and the output.
    t.ok(first.bytes >= 4 * size && first.bytes <= 6 * size, `${first.bytes} bytes`);
    const [during] = /[\d.]+ MB/.exec(backend.describe()) ?? [];
    t.ok(Number.parseFloat(during as string) < (1.1 * (first.bytes + 2 * size)) / 1e6, during);
    await first.close();
    await second.close();
    t.equal(backend.describe(), before, "as before");
    await backend.close();
  });
}
