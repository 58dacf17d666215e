import {
  arg,
  type BufferSpec,
  type MapStep,
  type Place,
  type Plan,
  parseExpr,
  reference,
  type Step,
  tensor,
  type VariableSpec,
  type View,
} from "@metrigrad/tensor";
import test from "tape";
import { gpu } from "../../src/index.ts";
import { linksOf } from "../../src/modes/links.ts";
import type { KernelStep } from "../../src/modes/steps.ts";

const buffer = (place: Place, size = 32): BufferSpec => ({ dtype: "f32", size, place, label: "" });
const arena = (offset: number) => buffer({ kind: "arena", offset });

const state: VariableSpec = {
  path: "v",
  shape: [32],
  type: "float",
  role: "state",
  init: () => new Float32Array(32),
};

/** x, then two arena buffers, one that begins in the middle of the second, an output and a variable. */
const buffers = [
  buffer({ kind: "feed", name: "x" }),
  arena(0),
  arena(128),
  arena(192),
  buffer({ kind: "output" }),
  buffer({ kind: "variable", spec: state }),
];
const [x, a, b, c, y, v] = [0, 1, 2, 3, 4, 5] as const;
const whole = (at: number): View => ({ buffer: at, shape: [32], strides: [1], offset: 0 });
const square = (at: number, strides: readonly [number, number]): View => {
  return { buffer: at, shape: [4, 8], strides, offset: 0 };
};

function step(inputs: readonly View[], output: View, others: Partial<MapStep> = {}): MapStep {
  const [first] = inputs as [View];
  const exprs = [
    inputs.length === 1 ? parseExpr("(x) => x * 2 + 1") : parseExpr("(x, y) => x - y"),
  ];
  return {
    kind: "map",
    label: "",
    shape: first.shape,
    inputs,
    exprs,
    outputs: [output],
    ...others,
  };
}

const planOf = (steps: readonly Step[]): Plan => ({
  ...{ float: "f32", buffers, steps, arenaBytes: 320, outputs: [whole(y)] },
  feeds: [{ name: "x", shape: [32], dtype: "f32", buffer: x }],
});

/** All steps as kernels, but for those that the host runs. */
function links(steps: readonly MapStep[], onHost: readonly number[] = []) {
  const kernels = steps.map(({ inputs, outputs }, at): KernelStep | null =>
    onHost.includes(at) ? null : { inputs, outputs, passes: true, run: () => [] },
  );
  const { sources, needed } = linksOf(planOf(steps), steps, kernels);
  return { sources, needed: needed.map(([first]) => first) };
}

test("links: what only kernels read stays where it is", async (t) => {
  const steps = [
    step([whole(x)], whole(a)),
    step([square(a, [8, 1])], square(b, [8, 1])),
    step([whole(b), whole(a)], whole(y)),
  ];
  t.deepEqual(links(steps), {
    sources: [
      [null],
      [{ step: 0, output: 0 }],
      [
        { step: 1, output: 0 },
        { step: 0, output: 0 },
      ],
    ],
    needed: [false, false, true],
  });
});

test("links: the host gets what it reads, and what outlives a run", async (t) => {
  const steps = [
    step([whole(x)], whole(a)),
    step([whole(a)], whole(v)),
    step([whole(v)], whole(y)),
  ];
  t.deepEqual(links(steps).needed, [false, true, true]);
  t.deepEqual(links(steps, [1]).needed, [true, undefined, true], "a step of the host");
  t.deepEqual(links(steps, [1]).sources, [[null], [], [null]]);
  const flagged = [
    steps[0] as MapStep,
    { ...(steps[1] as MapStep), when: { ...whole(a), shape: [] } },
  ];
  t.deepEqual(links(flagged).needed, [true, true], "a condition is read by the host");
});

test("links: other elements, other orders and overwritten parts come from the host", async (t) => {
  const made = step([whole(x)], whole(b));
  const turned = step([square(b, [1, 4])], square(y, [8, 1]));
  t.deepEqual(links([made, turned]).needed, [true, true], "another order");
  const over = [made, step([whole(x)], whole(c)), step([whole(b)], whole(y))];
  t.deepEqual(links(over), { sources: [[null], [null], [null]], needed: [true, true, true] });
  const again = [
    made,
    step([whole(b)], whole(a)),
    step([whole(x)], whole(b)),
    step([whole(b)], whole(y)),
  ];
  t.deepEqual(links(again).sources[3], [{ step: 2, output: 0 }], "the newest");
  t.deepEqual(links(again).needed, [false, false, false, true], "overwritten whole");
  const maybe = { ...(again[2] as MapStep), when: { ...whole(v), shape: [] } };
  const [one, two, , four] = again as [MapStep, MapStep, MapStep, MapStep];
  t.deepEqual(
    links([one, two, maybe, four]).needed,
    [true, false, true, true],
    "perhaps overwritten",
  );
  t.deepEqual(links([one, two, maybe, four]).sources[3], [null]);
});

for (const mode of ["cpu", "webasm"] as const) {
  test(`gpu ${mode}: chains of kernels and of the host give what the reference gives`, async (t) => {
    const sums: Step = {
      ...{ kind: "reduce", label: "", shape: [4, 8], axes: [0], ops: ["sum"], exprs: [arg(0)] },
      ...{ inputs: [square(c, [8, 1])], outputs: [{ ...whole(a), shape: [8] }] },
    };
    const steps = [
      step([whole(x)], whole(a)),
      step([square(a, [1, 4]), square(a, [8, 1])], square(b, [8, 1])),
      step([whole(b)], whole(v)),
      step([whole(v)], whole(c)),
      sums,
      step([whole(c), whole(v)], whole(y)),
      step([whole(y), whole(a)], whole(y)),
    ];
    const feed = tensor(Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)));
    const results = [];
    for (const backend of [await gpu({ mode }), await reference()]) {
      const store = await backend.store([state], { float: "f32" });
      const executable = await store.prepare(planOf(steps));
      for (let run = 0; run < 2; run++) {
        const [output] = await executable.run([feed]);
        results.push(Array.from((await output?.read())?.data() ?? []));
      }
      results.push(Array.from((await store.read("v")).data()));
      await backend.close();
    }
    const [got, expected] = [results.slice(0, 3).flat(), results.slice(3).flat()];
    t.equal(got.length, 96);
    // NaN, where something was read that was not written, is not close to anything.
    t.ok(got.every((value, i) => Math.abs(value - (expected[i] as number)) < 1e-5));
  });
}
