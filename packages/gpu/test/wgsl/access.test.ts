import { arg, BackendError, parseExpr, type Step } from "@metrigrad/tensor";
import test from "tape";
import { Page } from "../../src/webgpu/page.ts";
import { bindingText, renamePages } from "../../src/wgsl/access.ts";
import { onWebGpu } from "../support/adapter.ts";
import { TestPlan } from "../support/plans.ts";

/** Steps on values of up to three windows of 1 KiB: views in other orders, results in place, bytes and sums. */
const cases: Readonly<Record<string, (plan: TestPlan) => Step[]>> = {
  "a map in place": (plan) => {
    const [x, y] = [plan.view([20, 30]), plan.view([20, 30], "f32", undefined, [1, 0])];
    const exprs = [parseExpr("(x, y) => x + 2 * y")];
    return [{ kind: "map", label: "", shape: [20, 30], inputs: [x, y], exprs, outputs: [x] }];
  },
  bytes: (plan) => {
    const input = plan.view([50, 41], "u8", (at) => 17 * at, [1, 0]);
    const output = plan.view([50, 41], "u8", (at) => 255 - at);
    return [{ kind: "copy", label: "", input, output }];
  },
  "a product": (plan) => {
    const [a, b, c] = [plan.view([17, 40]), plan.view([40, 18]), plan.view([17, 18])];
    return [{ kind: "matmul", label: "", a, b, outputs: [c] }];
  },
  "sums by rows and columns": (plan) => {
    const [x, rows, columns] = [plan.view([25, 30]), plan.view([25]), plan.view([30])];
    const sum = (axis: number, output: typeof rows): Step => {
      const what = { inputs: [x], exprs: [arg(0)], ops: ["sum" as const], outputs: [output] };
      return { kind: "reduce", label: "", shape: [25, 30], axes: [axis], ...what };
    };
    return [sum(1, rows), sum(0, columns)];
  },
  "a sort of integers": (plan) => {
    const input = plan.view([3, 200], "i32", (at) => (at * 7919) % 613);
    const output = plan.view([3, 200], "i32", () => 0);
    return [{ kind: "sort", label: "", input, descending: false, output }];
  },
};

test("windows: values larger than a binding are read and written as others are", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      for (const [name, make] of Object.entries(cases)) {
        const plan = new TestPlan();
        const error = await plan.difference(backend, make(plan));
        t.ok(error < 1e-5, `${name}: ${error}`);
      }
    },
    { bindingBytes: 1024 },
  );
});

test("windows: a page that one binding shows stays where it is, others are copied", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const plan = new TestPlan();
      const big = plan.view([500], "f32", undefined);
      const small = [1, 2, 3].map(() => plan.view([40]));
      const part = { ...big, shape: [40], offset: 301 };
      const exprs = [parseExpr("(a, b, c, d) => a + b * c - d")];
      const inputs = [part, ...small];
      const step: Step = { kind: "map", label: "", shape: [40], inputs, exprs, outputs: [part] };
      const error = await plan.difference(backend, [step]);
      t.ok(error < 1e-6, `${error}`);
    },
    { bindingBytes: 1024, buffers: 4 },
  );
});

test("windows: a step that would need too many bindings is refused", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const plan = new TestPlan();
      const copy: Step = {
        kind: "copy",
        label: "",
        input: plan.view([2000]),
        output: plan.view([2000]),
      };
      const refused = await plan.run(backend, [copy]).catch((error: Error) => error);
      t.ok(refused instanceof BackendError);
      t.match(
        (refused as Error).message,
        /^store.prepare: what a step reads and writes must fit into 8 bindings of the gpu, got 16, since some values are larger than a binding; use a smaller batch, an adapter with larger bindings/,
      );
    },
    { bindingBytes: 1024, buffers: 8 },
  );
});

test("windows: the window of a word is the binding whose words begin at most there", async (t) => {
  const page = new Page("large", 2500, { windowBytes: 1024 });
  t.equal(page.windows, 3);
  const text = bindingText(4, page, "pageLoad4(0u)");
  t.match(
    text,
    /fn pageLoad4\(i: u32\) -> u32 { if \(i < 256u\) { return page4\[i\]; } if \(i < 512u\) { return page5\[i - 256u\]; } return page6\[i - 512u\]; }/,
  );
  t.equal(text.match(/var<storage, read_write> page\d: array<u32>/g)?.length, 3);
  t.doesNotMatch(text, /pageStore|pageOr/, "what is not called is not there");
  t.match(bindingText(4, page, "pageOr4(0u, 1u);"), /page4: array<atomic<u32>>.*atomicOr/s);
  t.equal(
    renamePages("pageQuad1(pageLoad0(i)); pageStore10(i)", [3, 7, ...new Array(8).fill(0), 9]),
    "pageQuad7(pageLoad3(i)); pageStore9(i)",
  );
});

test("access: a page is bound as vectors if no word of them is stored alone", async (t) => {
  const page = new Page("small", 64);
  const kindOf = (text: string, own = page) =>
    bindingText(0, own, text).match(/array<(.*)>;/)?.[1] ?? "";
  t.equal(kindOf("pageLoad0(i)"), "u32");
  t.equal(kindOf("pageLoad0(i) pageQuad0(i)"), "vec4<u32>");
  t.equal(kindOf("pageSetQuad0(i, x);"), "vec4<u32>");
  t.equal(kindOf("pageQuad0(i) pageStore0(i, x);"), "u32");
  t.equal(kindOf("pageQuad0(i)", new Page("large", 2048, { windowBytes: 1024 })), "u32");
  t.match(
    bindingText(0, page, "pageSetQuad0(i, x); pageStore0(i, y);"),
    /pageStore0\(i \+ 3u, bits\[3\]\)/,
    "else a vector is four words",
  );
});
