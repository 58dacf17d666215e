import { checkPlan, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  compile,
  equal,
  exp,
  gram,
  input,
  logicalNot,
  matmul,
  mul,
  type Node,
  planOf,
  sum,
  transpose,
  triangularSolve,
  type Update,
  variable,
} from "../../src/index.ts";

const a = variable("a", [2, 2], { init: () => [1, 2, 3, 4] });
const b = variable("b", [2, 2], { init: () => [5, 6, 7, 8] });

/** Values of outputs, then of the variables after one run. */
async function runOnce(outputs: readonly Node[], updates: readonly Update[]) {
  const backend = await reference();
  const store = await backend.store([a.attrs, b.attrs]);
  const program = await compile({ outputs, updates }, store);
  checkPlan(program.plan);
  const handles = await program.run();
  const values = await Promise.all(handles.map(async (handle) => (await handle.read()).toArray()));
  const after = [(await store.read("a")).toArray(), (await store.read("b")).toArray()];
  await backend.close();
  return { values, after, steps: program.plan.steps.map((step) => step.kind) };
}

test("settle: two variables swap", async (t) => {
  const { after } = await runOnce(
    [],
    [
      [a, b],
      [b, a],
    ],
  );
  t.deepEqual(after, [
    [
      [5, 6],
      [7, 8],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ]);
});

test("settle: all updates and outputs see the values of before", async (t) => {
  const { values, after } = await runOnce(
    [a, add(a, b)],
    [
      [a, add(a, 1)],
      [b, mul(a, 10)],
    ],
  );
  t.deepEqual(values, [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [6, 8],
      [10, 12],
    ],
  ]);
  t.deepEqual(after, [
    [
      [2, 3],
      [4, 5],
    ],
    [
      [10, 20],
      [30, 40],
    ],
  ]);
});

test("settle: an update that reads its variable in another order is not done in place", async (t) => {
  const { after } = await runOnce([], [[a, add(a, transpose(a))]]);
  t.deepEqual(after[0], [
    [2, 5],
    [5, 8],
  ]);
});

test("settle: a product reads its variable to the end before it changes", async (t) => {
  const { after, steps } = await runOnce(
    [],
    [
      [a, matmul(a, b)],
      [b, matmul(b, a)],
    ],
  );
  t.deepEqual(after, [
    [
      [19, 22],
      [43, 50],
    ],
    [
      [23, 34],
      [31, 46],
    ],
  ]);
  t.ok(steps.includes("copy"), "by a copy");
});

test("settle: an element-wise update is done in place, a gram accumulates in place", async (t) => {
  const map = await runOnce([], [[a, mul(a, 2)]]);
  t.deepEqual(map.steps, ["map"]);
  const x = tensor([
    [1, 0],
    [1, 1],
  ]);
  const accumulated = await runOnce([], [[a, gram(x, { base: a, beta: 0.5, alpha: 2 })]]);
  t.deepEqual(accumulated.steps, ["gram"]);
  t.deepEqual(accumulated.after[0], [
    [4.5, 3],
    [3.5, 4],
  ]);
});

test("settle: one value may update two variables and be an output", async (t) => {
  const next = mul(add(a, b), 2);
  const { values, after } = await runOnce(
    [next, sum(next)],
    [
      [a, next],
      [b, next],
    ],
  );
  const expected = [
    [12, 16],
    [20, 24],
  ];
  t.deepEqual(values, [expected, 72]);
  t.deepEqual(after, [expected, expected]);
});

test("settle: a fed value becomes a variable", async (t) => {
  const backend = await reference();
  const store = await backend.store([a.attrs]);
  const program = await compile({ outputs: [], updates: [[a, input("x", [2, 2])]] }, store);
  await program.run({
    x: [
      [9, 8],
      [7, 6],
    ],
  });
  t.deepEqual((await store.read("a")).toArray(), [
    [9, 8],
    [7, 6],
  ]);
  await backend.close();
});

test("settle: a conditional update leaves the variable alone where the condition is false", async (t) => {
  const x = tensor([
    [1, 0],
    [1, 1],
  ]);
  for (const holds of [true, false]) {
    const ok = equal(sum(a), holds ? 10 : 0);
    const gathered = await runOnce(
      [],
      [
        [a, gram(x, { base: a, beta: 0.5, alpha: 2 }), ok],
        [b, mul(b, 2), ok],
      ],
    );
    t.deepEqual(
      gathered.after[0],
      holds
        ? [
            [4.5, 3],
            [3.5, 4],
          ]
        : [
            [1, 2],
            [3, 4],
          ],
      "a gram in place",
    );
    t.deepEqual(
      gathered.after[1],
      holds
        ? [
            [10, 12],
            [14, 16],
          ]
        : [
            [5, 6],
            [7, 8],
          ],
      "a loop",
    );
    t.notOk(gathered.steps.includes("copy"), "without copies");
    const product = await runOnce(
      [],
      [
        [a, matmul(a, b), ok],
        [b, a, ok],
      ],
    );
    t.deepEqual(
      product.after[0],
      holds
        ? [
            [19, 22],
            [43, 50],
          ]
        : [
            [1, 2],
            [3, 4],
          ],
      "a product, copied",
    );
    t.deepEqual(
      product.after[1],
      holds
        ? [
            [1, 2],
            [3, 4],
          ]
        : [
            [5, 6],
            [7, 8],
          ],
      "another variable's old value",
    );
  }
});

test("settle: a condition must be a bool scalar", async (t) => {
  const error = await runOnce([], [[a, matmul(a, b), a]]).catch((thrown: unknown) => thrown);
  t.ok(
    /the condition of a must be a bool scalar, got float \[2, 2\]/.test(String(error)),
    String(error),
  );
});

test("settle: a condition is as before the updates, also where it changes itself", async (t) => {
  const flag = variable("flag", [], { type: "bool", role: "state", init: () => [1] });
  const off = logicalNot(flag);
  const next: Record<string, Node> = {
    "a product, copied": matmul(a, b),
    "a product in place": matmul(b, b),
    "a gram in place": gram(b, { base: a }),
    "another variable": b,
    "a loop": add(a, b),
  };
  const backend = await reference();
  for (const [name, value] of Object.entries(next)) {
    for (const [when, holds] of [
      [flag, true],
      [off, false],
    ] as const) {
      const store = await backend.store([a.attrs, b.attrs, flag.attrs]);
      const [wanted] = await (await compile({ outputs: [holds ? value : a] }, store)).run();
      const expected = (await wanted?.read())?.toArray();
      const updates: Update[] = [
        [flag, off],
        [a, value, when],
        [b, mul(b, 2)],
      ];
      await (await compile({ outputs: [], updates }, store)).run();
      t.deepEqual((await store.read("a")).toArray(), expected, `${name}, ${holds}`);
      t.equal((await store.read("flag")).item(), 0);
      await store.close();
    }
  }
  await backend.close();
});

test("settle: a value that a condition holds back is still there for outputs and other updates", async (t) => {
  const product = matmul(
    tensor([
      [1, 2],
      [3, 4],
    ]),
    tensor([
      [5, 6],
      [7, 8],
    ]),
  );
  const expected = [
    [19, 22],
    [43, 50],
  ];
  const oldA = [
    [1, 2],
    [3, 4],
  ];
  const oldB = [
    [5, 6],
    [7, 8],
  ];
  const yes = equal(sum(a), 10);
  const no = equal(sum(a), 0);
  for (const [first, second] of [
    [yes, no],
    [no, yes],
    [no, no],
    [yes, yes],
  ] as const) {
    const name = `${first === yes}, ${second === yes}`;
    const output = await runOnce([product], [[a, product, first]]);
    t.deepEqual(output.values[0], expected, `an output, ${name}`);
    t.deepEqual(output.after[0], first === yes ? expected : oldA, `its variable, ${name}`);
    const both = await runOnce(
      [],
      [
        [a, product, first],
        [b, product, second],
      ],
    );
    t.deepEqual(both.after[0], first === yes ? expected : oldA, `the first variable, ${name}`);
    t.deepEqual(both.after[1], second === yes ? expected : oldB, `the second variable, ${name}`);
    const always = await runOnce(
      [],
      [
        [a, product, first],
        [b, product],
      ],
    );
    t.deepEqual(always.after[0], first === yes ? expected : oldA, `beside an update, ${name}`);
    t.deepEqual(always.after[1], expected, `an update without a condition, ${name}`);
  }
});

test("settle: a solve is done in place of its right-hand side, as its contract says", async (t) => {
  const lower = tensor([
    [2, 0],
    [1, 4],
  ]);
  const { after, steps } = await runOnce([], [[a, triangularSolve(lower, a)]]);
  t.deepEqual(steps, ["triangularSolve"]);
  t.deepEqual(after[0], [
    [0.5, 1],
    [0.625, 0.75],
  ]);
  const kept = await runOnce([], [[a, triangularSolve(a, a)]]);
  t.ok(kept.steps.includes("copy"), "not where it reads the old value otherwise too");
  t.deepEqual(kept.after[0], [
    [1, 2],
    [0, -0.5],
  ]);
});

test("settle: scratch takes the place of an operand that a step may overwrite", async (t) => {
  const x = input("x", [40, 40]);
  const solved = sum(triangularSolve(input("l", [40, 40]), exp(x)));
  const { plan } = planOf({ outputs: [solved], updates: [], float: "f32" });
  checkPlan(plan);
  t.equal(plan.arenaBytes, 4 * 40 * 40, "the solution lies where the exponentials were");
});
