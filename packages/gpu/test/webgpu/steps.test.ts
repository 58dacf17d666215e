import {
  arg,
  call,
  literal,
  parseExpr,
  primitiveFns,
  type Step,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { onWebGpu } from "../support/adapter.ts";
import { onDevice, replaced } from "../support/devices.ts";
import { TestPlan, wave } from "../support/plans.ts";

const odd = [0, 1, -2, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0.5, 3];
const some = (at: number) => odd[at % odd.length] as number;
const flat = (size: number) => [size] as const;

function mapped(plan: TestPlan, size: number, text: string, value = some): Step {
  const inputs = [plan.view(flat(size), "f32", value)];
  const outputs = [plan.view(flat(size))];
  return { kind: "map", label: "", shape: [size], inputs, exprs: [parseExpr(text)], outputs };
}

test("webgpu: NaN and infinities pass through arithmetic", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const text of [
      "(x) => 0 * x",
      "(x) => max(x, 0) + min(x, 1)",
      "(x) => x === x ? 1 : 2",
      "(x) => x !== 0 ? 1 : 2",
      "(x) => tanh(x) + sign(x) + exp(x)",
      "(x) => 1 / (x - x) + x / x",
    ]) {
      const plan = new TestPlan();
      const error = await plan.difference(backend, [mapped(plan, 24, text)]);
      t.ok(error < 2e-6, `${text}: ${error}`);
    }
  });
});

test("webgpu: bytes are written beside each other", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const input = plan.view([3, 5], "u8", (at) => 17 * at, [1, 0]);
    const output = plan.view([3, 5], "u8", (at) => 255 - at);
    t.equal(await plan.difference(backend, [{ kind: "copy", label: "", input, output }]), 0);
  });
});

test("webgpu: integers wrap, and quotients by zero are zero", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const x = plan.view([9], "i32", (at) => (at - 4) * 715_827_883);
    const y = plan.view([9], "i32", (at) => (at % 4) - 1);
    const [a, b] = [arg(0, "i32"), arg(1, "i32")];
    const exprs = [call(primitiveFns.div, a, b), call(primitiveFns.mul, a, literal(77_777, "i32"))];
    const outputs = [plan.view([9], "i32"), plan.view([9], "i32")];
    const step: Step = { kind: "map", label: "", shape: [9], inputs: [x, y], exprs, outputs };
    t.equal(await plan.difference(backend, [step]), 0);
  });
});

/** A step of several kinds, which all write outputs that hold something else before. */
function chain(plan: TestPlan, when: View): Step[] {
  const [x, y, total] = [plan.view([5, 3]), plan.view([3, 5]), plan.view([3])];
  const [product, spd, factor] = [plan.view([5, 5]), plan.view([3, 3]), plan.view([3, 3])];
  const shift = plan.view([], "f32", () => 0.5);
  const base = { label: "", when };
  const shape = [5, 3];
  return [
    { ...base, kind: "matmul", a: x, b: y, outputs: [product] },
    { ...base, kind: "gram", x, nu: null, base: null, alpha: 1, beta: 0, output: spd },
    { ...base, kind: "cholesky", a: spd, shift, output: factor, used: null },
    {
      ...base,
      kind: "reduce",
      shape,
      axes: [0],
      inputs: [x],
      exprs: [arg(0)],
      ops: ["sum"],
      outputs: [total],
    },
    { ...base, kind: "triangularSolve", l: factor, rhs: y, transpose: true, output: y },
  ];
}

test("webgpu: a condition holds for every kind of step", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const on of [0, 1]) {
      const plan = new TestPlan();
      const when = { ...plan.view([1], "bool", () => on), shape: [], strides: [] };
      const steps = chain(plan, when);
      const error = await plan.difference(backend, steps);
      t.ok(error < 2e-5, `${on}: ${error}`);
    }
  });
});

test("webgpu: long sums are cut, with all that follows them", async (t) => {
  await onWebGpu(t, async (backend) => {
    const plan = new TestPlan();
    const total = plan.view([5, 3]);
    const [x, nu, base] = [
      plan.view([300, 5]),
      plan.view([300]),
      plan.view([5, 5], "f32", () => 1),
    ];
    const steps: Step[] = [
      {
        ...{ kind: "matmul", label: "", a: plan.view([5, 600], "f32", undefined, [1, 0]) },
        ...{
          b: plan.view([600, 3]),
          epilogue: { inputs: [total], exprs: [parseExpr("(ab, y) => tanh(ab) - y")] },
        },
        outputs: [total],
      },
      { ...{ kind: "gram", label: "", x, nu, base, alpha: 0.1, beta: 0.9, output: base } },
    ];
    const error = await plan.difference(backend, steps);
    t.ok(error < 1e-5, `${error}`);
  });
});

test("webgpu: sums of nothing, and of one element, of many lists", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const length of [0, 1, 2]) {
      const plan = new TestPlan();
      const [inputs, outputs] = [[plan.view([300, length])], [plan.view([300])]];
      const step: Step = {
        ...{ kind: "reduce", label: "", shape: [300, length], axes: [1], inputs },
        ...{ ops: ["sum"], exprs: [arg(0)], outputs },
      };
      t.equal(await plan.difference(backend, [step]), 0, `${length} elements`);
    }
  });
});

test("webgpu: many results of one reduction fit into the least memory of a workgroup", async (t) => {
  await onDevice(t, async ({ backend, device }) => {
    const shared: number[] = [];
    const restore = replaced(device, "pipeline", (plain) => (...args) => {
      const arrays = [...String(args[0]).matchAll(/var<workgroup> \w+: array<f32, (\d+)>/g)];
      shared.push(arrays.reduce((sum, [, count]) => sum + 4 * Number(count), 0));
      return plain(...args);
    });
    const plan = new TestPlan();
    const inputs = [plan.view([7, 40])];
    const exprs = Array.from({ length: 18 }, (_, at) => parseExpr(`(x) => x * ${at}`));
    const outputs = exprs.map(() => plan.view([7]));
    const step: Step = {
      ...{ kind: "reduce", label: "", shape: [7, 40], axes: [1], inputs },
      ...{ ops: exprs.map(() => "sum" as const), exprs, outputs },
    };
    const error = await plan.difference(backend, [step]);
    restore();
    t.ok(error < 1e-5, `${error}`);
    t.ok(shared.length > 0 && Math.max(...shared) > 2048, `${shared} bytes`);
    t.ok(Math.max(...shared) <= 16_384 - 4, "with a word for a condition");
  });
});

test("webgpu: few buffers a dispatch, and few workgroups along an axis", async (t) => {
  for (const limits of [{ buffers: 2 }, { groups: 3 }]) {
    await onWebGpu(
      t,
      async (backend) => {
        const plan = new TestPlan();
        const [x, y, z] = [plan.view([40, 50]), plan.view([40, 50]), plan.view([40, 50])];
        const exprs = [parseExpr("(x, y, z) => x + y * z"), parseExpr("(x, y, z) => x - z")];
        const outputs = [x, plan.view([40, 50])];
        const step: Step = {
          ...{ kind: "map", label: "", shape: [40, 50], inputs: [x, y, z] },
          ...{ exprs, outputs },
        };
        const error = await plan.difference(backend, [step]);
        t.ok(error < 1e-6, `${JSON.stringify(limits)}: ${error}`);
      },
      limits,
    );
  }
});

test("webgpu: lists of every length are sorted, within a workgroup and across", async (t) => {
  await onWebGpu(t, async (backend) => {
    const values: Record<string, (at: number) => number> = {
      f32: (at) => (at % 11 === 0 ? some(at / 11) : Math.round(9 * wave(at))),
      i32: (at) => Math.round(9 * wave(at)),
      u32: (at) => (at % 5 === 0 ? 4e9 : at % 7),
      u8: (at) => at % 251,
      f16: (at) => (at % 7 === 0 ? some(at / 7) : 9 * wave(at)),
    };
    for (const [shape, dtype] of [
      [[1], "f32"],
      [[2, 3, 5], "i32"],
      [[999, 7], "f32"],
      [[4, 300], "f32"],
      [[3, 1025], "u32"],
      [[2, 5000], "f32"],
      [[1, 2048], "u8"],
      [[2, 2050], "f16"],
    ] as const) {
      for (const descending of [false, true]) {
        const plan = new TestPlan();
        const turned = [...shape.keys()].reverse();
        const input = plan.view(shape, dtype, values[dtype], turned);
        const output = plan.view(shape, "i32", () => 0);
        const step: Step = { kind: "sort", label: "", input, descending, output };
        const what = `${dtype} [${shape}]${descending ? ", descending" : ""}`;
        t.equal(await plan.difference(backend, [step]), 0, what);
      }
    }
  });
});

test("webgpu: lists whose sorts do not fit into scratch together are sorted in stretches", async (t) => {
  const limits = { bindingBytes: 2 ** 16 };
  await onWebGpu(
    t,
    async (backend) => {
      for (const shape of [
        [5, 3000],
        [3, 2, 1500],
        [2, 8192],
      ] as const) {
        const plan = new TestPlan();
        const input = plan.view(shape, "i32", (at) => Math.round(99 * wave(at)));
        const output = plan.view(shape, "i32", () => 0);
        const step: Step = { kind: "sort", label: "", input, descending: false, output };
        t.equal(await plan.difference(backend, [step]), 0, `[${shape}]`);
      }
    },
    limits,
  );
});

test("webgpu: large maps take four elements at a time where they lie side by side", async (t) => {
  await onWebGpu(t, async (backend) => {
    for (const [offset, columns] of [
      [4, 256],
      [2, 256],
      [4, 257],
    ] as const) {
      const plan = new TestPlan();
      const rows = 80;
      const at = (view: View): View => ({ ...view, offset });
      const x = at(plan.view([rows, columns]));
      const mask = at(plan.view([rows, columns], "bool", (i) => (i * 7) % 3));
      const count = at(plan.view([rows, columns], "i32", (i) => (i % 9) - 4));
      const [wide, high] = [plan.view([columns]), plan.view([rows])];
      const inputs = [
        ...[x, mask, count],
        { ...wide, shape: [rows, columns], strides: [0, 1], offset },
        { ...high, shape: [rows, columns], strides: [1, 0] },
      ];
      const types = ["float", "bool", "i32", "float", "float"] as const;
      const exprs = [
        parseExpr("(x, m, c, w, h) => m ? x * w + toFloat(c) : h - x", { types }),
        parseExpr("(x, m, c, w, h) => x > w", { types }),
      ];
      const outputs = [x, mask];
      const step: Step = {
        ...{ kind: "map", label: "", shape: [rows, columns], inputs, exprs, outputs },
      };
      const error = await plan.difference(backend, [step], true);
      t.ok(error < 1e-6, `offset ${offset}, ${columns} columns: ${error}`);
    }
  });
});
