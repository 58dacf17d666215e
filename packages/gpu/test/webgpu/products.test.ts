/** How products are cut: all forms, in all layouts, against the reference; and the measurement that chooses one. */
import { parseExpr, type Step, type View } from "@metrigrad/tensor";
import test from "tape";
import {
  type Abilities,
  defaultShape,
  firstShapes,
  keyOf,
  type Shape,
  spanOf,
  type Traits,
  variantsOf,
} from "../../src/step/product/shape.ts";
import { WebGpuBackend } from "../../src/webgpu/backend.ts";
import type { Commands } from "../../src/webgpu/device.ts";
import { onWebGpu } from "../support/adapter.ts";
import { type Opened, onDevice, replaced } from "../support/devices.ts";
import { TestPlan, wave } from "../support/plans.ts";

const card: Abilities = { processor: false, lanes: 32, sharedBytes: 32_768 };
const traits = (changes: Partial<Traits> = {}): Traits => {
  const size = { batches: 1, m: 512, n: 512, k: 512, lower: false, guarded: false };
  return { step: "matmul", layout: "sum4,outer4,4", ...size, ...changes };
};

/** Elements at a multiple of four words, so that they can be read as vectors, or two words behind one. */
const views = (plan: TestPlan, whole: boolean) => (shape: readonly number[], order?: number[]) => {
  return { ...plan.view(shape, "f32", wave, order), offset: whole ? 4 : 2 };
};

/** Products in different layouts: in vectors of four elements, or with sizes that have none. Sums are longer than a few subgroups. */
function productsOf(plan: TestPlan, whole: boolean, lanes: number): Step[] {
  const view = views(plan, whole);
  const more = whole ? 0 : 1;
  const [m, n, k] = [36 + more, 68 + more, 4 * Math.max(8, lanes) + 12 + more];
  const [bias, mask] = [view([n]), plan.view([m, n], "bool", () => 0)];
  const along = { a: view([3, m, k]), b: view([3, k, n], [0, 2, 1]), outputs: [view([3, m, n])] };
  const across = { a: view([m, k], [1, 0]), b: view([k, n]) };
  const epilogue = {
    inputs: [{ ...bias, shape: [m, n], strides: [0, 1] }],
    exprs: [parseExpr("(x, b) => max(x + b, 0)"), parseExpr("(x, b) => x + b > 0")],
  };
  const outputs = [view([m, n]), { ...mask, offset: whole ? 4 : 2 }];
  const when = plan.view([], "bool", () => 1);
  const channels = { a: view([5, 3, 4]), b: view([3, 20 + more]), output: view([5, 20 + more]) };
  return [
    { kind: "matmul", label: "", ...along },
    { kind: "matmul", label: "", ...across, outputs, epilogue, when },
    gramOf(view([k, m]), view([k]), view([m, m])),
    gramOf(view([k, m], [1, 0]), view([k]), view([m, m])),
    { kind: "convolve", label: "", ...channels, shift: [-1], dilation: [1] },
  ];
}

function gramOf(x: View, nu: View | null, output: View): Step {
  return { kind: "gram", label: "", x, nu, base: null, alpha: 0.5, beta: 0, output };
}

/** All products on a device that computes every one in the same way. */
async function differenceOf({ backend, device }: Opened, shape: Shape, whole: boolean) {
  const restore = replaced(device, "shapeOf", () => () => shape);
  const plan = new TestPlan();
  try {
    return await plan.difference(backend, productsOf(plan, whole, device.limits.lanes));
  } finally {
    restore();
  }
}

test("products: every form is right, in every layout", async (t) => {
  await onDevice(t, async (opened) => {
    const { limits } = opened.device;
    const large = traits({ m: 4096, n: 4096, guarded: true });
    const first = firstShapes(large, { ...limits, processor: false });
    const small = firstShapes(traits({ m: 16, n: 64, k: 16 }), { ...limits, processor: false });
    const shapes = new Map([...first, ...small].map((one) => [JSON.stringify(one.form), one]));
    t.ok(shapes.size > 10, `${shapes.size} forms`);
    const forms = [...shapes.values()].map(({ form }) => form);
    for (const [turn, form] of forms.entries()) {
      // The largest tile and the smallest one, and each other kind; all forms with METRIGRAD_SWEEP=full.
      const chosen =
        turn === 0 ||
        form.kind === "plain" ||
        (form.kind === "lanes" && form.subgroups === 4) ||
        (form.kind === "tile" && form.down === 1 && form.depth === 32);
      if (!chosen && process.env.METRIGRAD_SWEEP !== "full") continue;
      // Tiles that are fetched ahead, vectors or words, with and without a cut of the sums, in turn.
      const ahead = form.kind === "tile" && turn % 2 === 1 ? { ...form, ahead: true } : form;
      const shape = { form: ahead, slices: turn % 4 < 2 ? 3 : 1 };
      const both = turn === 0 || form.kind !== "tile";
      for (const whole of both ? [true, false] : [turn % 3 > 0]) {
        const error = await differenceOf(opened, shape, whole);
        t.ok(error < 1e-5, `${JSON.stringify(shape)}, ${whole}: ${error}`);
      }
    }
  });
});

test("products: much work is cut into several dispatches, with the same bits", async (t) => {
  const results: unknown[] = [];
  const counts: (number | null)[] = [];
  for (const limits of [{}, { terms: 2 ** 17, groups: 2 }]) {
    await onDevice(
      t,
      async ({ backend }) => {
        const plan = new TestPlan();
        const view = views(plan, true);
        const [a, b, c] = [view([3, 70, 90]), view([3, 90, 65]), view([3, 70, 65])];
        const epilogue = { inputs: [c], exprs: [parseExpr("(ab, c) => c - 2 * ab")] };
        const step: Step = { kind: "matmul", label: "", a, b, outputs: [c], epilogue };
        // Each element is read and written in place, so a workgroup that ran twice would be seen.
        t.ok((await plan.difference(backend, [step])) < 1e-5);
        results.push(await plan.run(backend, [step]));
        counts.push(plan.dispatches);
      },
      limits,
    );
  }
  t.deepEqual(results[1], results[0]);
  t.deepEqual([counts[0], (counts[1] ?? 0) > 5], [1, true], `${counts} dispatches`);
});

test("products: a wrong form would be seen", async (t) => {
  await onDevice(t, async (opened) => {
    const form = { kind: "lanes", rows: 8, lanes: 2 * opened.device.limits.lanes, subgroups: 1 };
    if (form.lanes === 0) return;
    const shape = { form, slices: 1 } as unknown as Shape;
    t.ok((await differenceOf(opened, shape, true)) > 1e-3, "lanes that do not hear each other");
  });
});

test("products: results are stored as vectors only if nothing else on the page is", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const whole of [true, false]) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, productsOf(plan, whole, 8), true);
      t.ok(error < 1e-5, `all on one page: ${error}`);
    }
  });
});

test("products: what is not measured depends on the shape and the kind of device alone", async (t) => {
  const spans = [4096, 1024, 512, 80].map((n) =>
    spanOf(defaultShape(traits({ m: n, n }), card).form),
  );
  t.deepEqual(
    spans.map(({ rows, columns }) => [rows, columns]),
    [
      [128, 128],
      [64, 64],
      [32, 32],
      [32, 32],
    ],
    "tiles get smaller before a card has idle processors",
  );
  const few = defaultShape(traits({ m: 50, n: 80, k: 784 }), card);
  t.equal(few.slices, 6, "few tiles with long sums are cut");
  const guarded = traits({ m: 4096, n: 4096, guarded: true });
  const least = { ...card, sharedBytes: 16_384 };
  t.deepEqual(
    [least, card].map((one) => (defaultShape(guarded, one).form as { depth?: number }).depth),
    [8, 16],
    "a condition needs a word beside the tiles",
  );
  const processor = { ...card, processor: true, lanes: 8 };
  t.equal(defaultShape(traits(), processor).form.kind, "lanes");
  t.equal(defaultShape(traits({ m: 4, n: 8 }), processor).form.kind, "plain");
  t.equal(defaultShape(traits(), { ...processor, lanes: 0 }).form.kind, "tile");
});

test("products: shapes that are measured fit and do not waste", async (t) => {
  for (const size of [
    {},
    { m: 16, n: 10 },
    { m: 4096, n: 4096 },
    { batches: 80, m: 785, n: 785 },
  ]) {
    const shapes = firstShapes(traits(size), card);
    t.deepEqual(shapes[0], defaultShape(traits(size), card), "the default is the first");
    t.ok(shapes.length > 2 && shapes.length < 20, `${shapes.length} shapes`);
    t.equal(new Set(shapes.map((one) => JSON.stringify(one))).size, shapes.length);
    const variants = variantsOf(shapes[0] as Shape, traits(size), card);
    t.ok(variants.some(({ form }) => form.kind === "tile" && form.ahead));
  }
});

test("products: the last words of scratch are in a vector too", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const sizes: number[] = [];
    const restore = replaced(shared, "createBuffer", (plain) => (...args) => {
      const { size, usage } = args[0] as GPUBufferDescriptor;
      if ((usage & 0x80) !== 0) sizes.push(size);
      return plain(...args);
    });
    const plan = new TestPlan();
    // Both sums are cut. The parts of the first are read as vectors, and those of the other, at the end, as words.
    const steps = [4, 3].map((n): Step => {
      const [a, b, c] = [plan.view([5, 3000]), plan.view([3000, n]), plan.view([5, n])];
      return { kind: "matmul", label: "", a, b, outputs: [c] };
    });
    t.ok((await plan.difference(backend, steps)) < 1e-5);
    restore();
    t.deepEqual(
      sizes.filter((size) => size % 16 !== 0),
      [],
      `${sizes.length} buffers, all of whole vectors`,
    );
  });
});

/** The pipelines that are set, in order. */
function pipelinesOf(write: (commands: Commands) => void): GPUComputePipeline[] {
  const pipelines: GPUComputePipeline[] = [];
  const pass = {
    ...{ setBindGroup: () => undefined, dispatchWorkgroups: () => undefined, end: () => undefined },
    setPipeline: (pipeline: GPUComputePipeline) => pipelines.push(pipeline),
  };
  const encoder = { beginComputePass: () => pass } as unknown as GPUCommandEncoder;
  write({ encoder, next: () => undefined });
  return pipelines;
}

/**
 * A plan with one product, and a backend that measures, on a device whose measurements are given: submitting nothing takes
 * 3 ms, and each run takes `each` more. It gets the number of the measurement, and how many other first pipelines were seen before.
 */
async function tuned({ device }: Opened, each: (call: number, seen: number) => number) {
  let calls = 0;
  const seen: GPUComputePipeline[] = [];
  const restore = replaced(device, "milliseconds", (plain) => async (...args) => {
    await plain(...args);
    const pipelines = pipelinesOf(args[1] as (commands: Commands) => void);
    const [first] = pipelines;
    if (first === undefined) return 3;
    if (!seen.includes(first)) seen.push(first);
    const runs = pipelines.filter((one) => one === first).length;
    return 3 + runs * each(calls++, seen.indexOf(first));
  });
  const backend = new WebGpuBackend(device, { tune: true });
  const difference = async (flag: boolean) => {
    const plan = new TestPlan();
    const view = views(plan, true);
    const product = { a: view([16, 300]), b: view([300, 12]), outputs: [view([16, 12])] };
    const when = flag ? { when: plan.view([], "bool", () => 1) } : {};
    const step: Step = { kind: "matmul", label: "", ...product, ...when };
    return plan.difference(backend, [{ kind: "loop", label: "", turns: 2, body: [step] }]);
  };
  return { difference, restore, calls: () => calls, describe: () => backend.describe() };
}

test("tune: what is measured once is kept, and the result is that of the reference", async (t) => {
  await onDevice(t, async (opened) => {
    const { difference, restore, calls, describe } = await tuned(opened, () => 1);
    t.match(describe(), /products measured: 0$/);
    t.ok((await difference(false)) < 1e-5);
    const first = calls();
    t.ok(first > 10, `${first} measurements`);
    t.match(describe(), /products measured: 1 in \d+\.\d s, none faster than by default$/);
    t.ok((await difference(false)) < 1e-5);
    t.equal(calls(), first, "no product is measured twice");
    await difference(true);
    t.match(describe(), /products measured: 2 in /, "one that may be skipped is another kind");
    const [[key, shape] = ["", null]] = [...opened.device.shapes];
    t.deepEqual(
      shape,
      defaultShape(JSON.parse(key), opened.device.limits),
      "a draw goes to the default",
    );
    restore();
  });
});

test("tune: the fastest shape is chosen", async (t) => {
  await onDevice(t, async (opened) => {
    const { limits, shapes } = opened.device;
    const { difference, restore, describe } = await tuned(opened, (_, seen) =>
      seen === 2 ? 1 : 5,
    );
    t.ok((await difference(false)) < 1e-5);
    t.match(describe(), /, 1 faster than by default, up to 5\.00 times$/);
    const [[key, shape] = ["", null]] = [...shapes];
    const traits = JSON.parse(key) as Traits;
    t.equal(key, keyOf(traits));
    // The default is the first one that is measured.
    const usual = JSON.stringify(defaultShape(traits, limits));
    const others = firstShapes(traits, limits).filter((one) => JSON.stringify(one) !== usual);
    t.deepEqual(shape, others[1]);
    restore();
  });
});

test("tune: what is measured is bound as in the program", async (t) => {
  await onDevice(t, async (opened) => {
    const { device } = opened;
    const codes: string[] = [];
    const restore = replaced(device, "pipeline", (plain) => (...args) => {
      codes.push(args[0] as string);
      return plain(...args);
    });
    const quick = replaced(device, "milliseconds", () => async () => 1);
    const backend = new WebGpuBackend(device, { tune: true });
    const plan = new TestPlan();
    const view = views(plan, true);
    await plan.run(backend, [gramOf(view([300, 64]), null, view([64, 64]))]);
    const bound = (code: string) =>
      [...code.matchAll(/array<(vec4<u32>|u32)>/g)].map(([, one]) => one);
    const program = codes.at(-1) as string;
    const measured = codes.find((code) => code === program);
    t.deepEqual(bound(program).sort(), ["u32", "vec4<u32>"], "x as vectors, the result as words");
    t.ok(codes.length > 5 && measured !== undefined, `${codes.length} texts`);
    t.ok(codes.slice(0, -1).includes(program), "the program has one of the measured texts");
    restore();
    quick();
  });
});

test("tune: a backend that is closed meanwhile measures nothing more", async (t) => {
  await onDevice(t, async (opened) => {
    const { device } = opened;
    let calls = 0;
    const backend = new WebGpuBackend(device, { tune: true });
    const restore = replaced(device, "milliseconds", (plain) => async (...args) => {
      if (calls++ === 3) await backend.close();
      return plain(...args);
    });
    const plan = new TestPlan();
    const view = views(plan, true);
    const product = { a: view([16, 300]), b: view([300, 12]), outputs: [view([16, 12])] };
    const refused = await plan
      .run(backend, [{ kind: "matmul", label: "", ...product }])
      .catch((error: Error) => error.message);
    t.match(String(refused), /the backend must be open, got a closed one/);
    t.equal(calls, 4, "no more calls");
    t.equal(device.shapes.size, 0, "nothing is kept");
    t.equal(device.bytes, 0);
    restore();
  });
});

test("tune: a shape that the device refuses is left out", async (t) => {
  await onDevice(t, async (opened) => {
    let turn = 0;
    const broken = replaced(opened.device, "pipeline", (plain) => (code, pages) => {
      const wrong = turn++ % 2 === 1 ? "no shader" : code;
      return plain(wrong, pages);
    });
    const { difference, restore } = await tuned(opened, (call) => 1 + call);
    const failed = await difference(false).catch((error: Error) => error.message);
    t.ok(opened.device.shapes.size === 1, "the measurement went on");
    t.ok(typeof failed === "string" || failed < 1e-5);
    restore();
    broken();
  });
});
