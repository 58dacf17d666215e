import { checkPlan, GraphError, reference, ShapeError, tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import test from "tape";
import {
  add,
  compile,
  concat,
  exp,
  grad,
  input,
  less,
  matmul,
  max,
  mean,
  mul,
  type Node,
  pad,
  planOf,
  reshape,
  sin,
  slice,
  sub,
  sum,
  tanh,
  transpose,
  uniform,
  variable,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

const kept = variable("v", [3, 3], { init: () => [1, -2, 3, 0.5, 0.1, -1, 2, 0, 4] });

/** Grows a random graph over [3, 3] values from a list of numbers. */
function randomGraph(choices: readonly number[]): Node[] {
  const nodes: Node[] = [input("x", [3, 3]), kept];
  const pick = (n: number) => nodes[n % nodes.length] as Node;
  const rules: ((p: Node, q: Node) => Node)[] = [
    (p, q) => add(p, q),
    (p, q) => mul(tanh(p), q),
    (p) => sin(p),
    (p, q) => mul(matmul(p, q), 0.1),
    (p) => transpose(p),
    (p, q) => sub(p, mean(q, { axis: 1, keepDims: true })),
    (p, q) => mul(p, max(tanh(q), { axis: 0 })),
    (p, q) => concat([slice(p, [[0, 1]]), slice(q, [[1, 3]])], 0),
    (p) => reshape(transpose(reshape(p, [9, 1])), [3, 3]),
    (p, q) => add(exp(tanh(p)), sum(tanh(q))),
  ];
  choices.forEach((choice, i) => {
    const rule = rules[choice % rules.length] as (p: Node, q: Node) => Node;
    nodes.push(rule(pick(choice >> 4), pick((choice >> 9) + i)));
  });
  return nodes.slice(2);
}

test("compile: fused and placed plans compute what a plan with every node in memory does", async (t) => {
  const x = tensor([
    [0.1, -0.7, 2],
    [1.5, 0.3, -1],
    [0.2, 0.9, -0.4],
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(2 ** 15), { minLength: 1, maxLength: 25 }),
      async (choices) => {
        const nodes = randomGraph(choices);
        const outputs = [nodes.at(-1) as Node, nodes[choices.length >> 1] as Node];
        const v = outputs[0] as Node;
        const updates = [[kept, v]] as const;
        const backend = await reference();
        const results: number[][] = [];
        for (const unfused of [false, true]) {
          const store = await backend.store([kept.attrs]);
          const program = await compile({ outputs, updates, unfused }, store);
          checkPlan(program.plan);
          const feeds = program.plan.feeds.length > 0 ? { x } : {};
          for (let run = 0; run < 2; run++) {
            const handles = await program.run(feeds);
            for (const handle of handles) results.push([...(await handle.read()).data()]);
          }
          results.push([...(await store.read("v")).data()]);
        }
        await backend.close();
        const half = results.length / 2;
        return results.slice(0, half).every((row, i) => gap(row, results[half + i] ?? []) < 1e-9);
      },
    ),
    { numRuns: 150, seed: 7 },
  );
  t.pass("150 random graphs agree");
});

test("compile: a chain of 20,000 nodes needs no deep recursion", async (t) => {
  let x: Node = input("x", []);
  for (let i = 0; i < 10000; i++) x = sin(add(x, 1e-4));
  const [value] = await evaluate([x], { x: 0.5 });
  let expected = 0.5;
  for (let i = 0; i < 10000; i++) expected = Math.sin(expected + 1e-4);
  t.ok(Math.abs((value?.item() ?? 0) - expected) < 1e-12);
});

test("compile: scratch is shared by liveness", (t) => {
  let x: Node = input("x", [64, 64]);
  for (let i = 0; i < 20; i++) x = matmul(x, x);
  const { plan } = planOf({ outputs: [x], updates: [], float: "f32" });
  checkPlan(plan);
  t.equal(plan.arenaBytes, 2 * 64 * 64 * 4, "two products at a time");
  t.end();
});

test("compile: outputs by name, by position, and alone", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const x = input("x", []);
  const byName = await (await compile({ outputs: { twice: mul(x, 2) } }, store)).run({ x: 3 });
  const alone = await (await compile({ outputs: mul(x, 4) }, store)).run({ x: 3 });
  t.equal((await byName.twice.read()).item(), 6);
  t.equal((await alone.read()).item(), 12);
  await backend.close();
});

test("compile: random draws move on with every run and start with the seed", async (t) => {
  const backend = await reference();
  const draws: number[][] = [];
  for (const seed of [1, 1, 2]) {
    const store = await backend.store([], { seed });
    const program = await compile({ outputs: uniform([4], { key: "noise" }) }, store);
    for (let run = 0; run < 2; run++) draws.push([...(await (await program.run()).read()).data()]);
  }
  t.deepEqual(draws[0], draws[2], "same seed, same first draw");
  t.deepEqual(draws[1], draws[3], "same seed, same second draw");
  t.notDeepEqual(draws[0], draws[1], "draws differ between runs");
  t.notDeepEqual(draws[0], draws[4], "and between seeds");
  await backend.close();
});

test("compile: draws that only a condition uses move on too", async (t) => {
  const backend = await reference();
  const store = await backend.store([], { seed: 5 });
  const count = variable("count", [], { role: "state" });
  const when = less(uniform([], { key: "coin" }), 0.5);
  const program = await compile({ outputs: [], updates: [[count, add(count, 1), when]] }, store);
  const product = matmul(reshape(add(count, 1), [1, 1]), [[1]]);
  const unfusable = await compile(
    { outputs: [], updates: [[count, reshape(product, []), when]] },
    store,
  );
  for (const one of [program, unfusable]) {
    const before = (await store.read("count")).item();
    for (let run = 0; run < 20; run++) await one.run();
    const moved = (await store.read("count")).item() - before;
    t.ok(moved > 0 && moved < 20, `${moved} of 20`);
  }
  await backend.close();
});

test("compile: attributes that JSON cannot tell apart do not merge", async (t) => {
  const x = input("x", [1]);
  const sides = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NaN];
  const values = await evaluate(
    sides.map((side) => pad(x, [[1, 0]], side)),
    { x: [2] },
  );
  t.deepEqual(
    values.map((value) => value.toArray()),
    sides.map((side) => [side, 2]),
  );
});

test("compile: refuses clashing names and updates that do not fit", async (t) => {
  const backend = await reference();
  const v = variable("v", [2]);
  const store = await backend.store([v.attrs]);
  const clash = add(input("x", [2]), input("x", [1]));
  const refused = async (
    request: Parameters<typeof compile>[0],
    type: typeof GraphError,
    text: RegExp,
  ) => {
    const error = await compile(request, store).catch((thrown: unknown) => thrown);
    t.ok(error instanceof type && text.test(error.message), String(error));
  };
  await refused(
    { outputs: clash },
    GraphError,
    /every input must have a name of its own, got two different inputs named x/,
  );
  await refused(
    { outputs: [], updates: [[v, input("x", [3])]] },
    GraphError,
    /the next value of v must be float \[2\], got float \[3\]/,
  );
  await refused(
    {
      outputs: [],
      updates: [
        [v, v],
        [v, v],
      ],
    },
    GraphError,
    /a variable may have one update, got two for v/,
  );
  await refused(
    { outputs: [], updates: [[mul(v, 2) as never, v]] },
    GraphError,
    /only variables can be updated/,
  );
  await refused(
    { outputs: [], updates: [[v, add(v, 1), less(v, 0)]] },
    GraphError,
    /the condition of v must be a bool scalar, got bool \[2\]/,
  );
  await refused(
    { outputs: [], updates: [[v, 3 as never]] },
    GraphError,
    /the next value of v must be float \[2\], got number/,
  );
  await refused({ outputs: { loss: 3 as never } }, GraphError, /outputs must be nodes/);
  await refused({ outputs: [undefined as never] }, GraphError, /got undefined as output 0/);
  await backend.close();
});

test("program: refuses missing, unknown and misshapen inputs and runs after closing", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const x = input("x", [2]);
  const program = await compile({ outputs: grad(sum(mul(x, x)), x) }, store);
  const refused = async (run: Promise<unknown>, text: RegExp) => {
    const error = await run.catch((thrown: unknown) => thrown);
    t.ok(error instanceof Error && text.test(error.message), String(error));
    return error;
  };
  await refused(
    program.run(),
    /input x must have a value, got none; pass \{ x: … \} of shape \[2\]/,
  );
  await refused(program.run({ x: [1, 2], y: 1 }), /inputs must be of the program \(x\), got y/);
  t.ok(
    (await refused(
      program.run({ x: [1, 2, 3] }),
      /the value must have shape \[2\], got \[3\]/,
    )) instanceof ShapeError,
  );
  t.ok(/x\[2\]|x/.test(program.print()) && program.dot().startsWith("digraph"));
  await program.close();
  await refused(program.run({ x: [1, 2] }), /the program must be open/);
  await backend.close();
});
