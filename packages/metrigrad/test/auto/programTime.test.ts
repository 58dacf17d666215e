import { add, input, matmul, mul, type Node, sum, type Update, variable } from "@metrigrad/graph";
import { GraphError, type Handle, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { programTime } from "../../src/index.ts";
import { counted, dressed } from "../support/dressed.ts";

test("programTime: outputs, updates or both run with their feeds, and nothing is left", async (t) => {
  const { backend, open } = counted(await reference());
  const x = input("x", [3, 4]);
  const w = variable("w", [4, 2], { init: () => new Float32Array(8).fill(1) });
  const counter = variable("n", [], { role: "state", init: () => [0] });
  const feeds = { x: tensor(new Float32Array(12), { shape: [3, 4] }) };
  const response = matmul(x, w);
  const count: Update = [counter, add(counter, 1)];
  const grow: Update = [w, mul(w, add(sum(response), 0.5))];
  const cases: readonly (readonly [outputs: readonly Node[], updates: readonly Update[]])[] = [
    [[response, sum(response)], []],
    [[response], [count]],
    [[], [grow]],
  ];
  for (const [outputs, updates] of cases) {
    const seconds = await programTime({ outputs, updates }, feeds)(
      backend,
      Number.POSITIVE_INFINITY,
    );
    t.ok(seconds > 0, `${seconds} s`);
    t.equal(open(), 0);
  }
  for (const outputs of [response, { response }]) {
    const error = await programTime<Node | Record<string, Node>>({ outputs })(
      backend,
      Number.POSITIVE_INFINITY,
    ).then(
      () => null,
      (reason) => reason,
    );
    t.match(String(error), /input x must have a value/);
    t.equal(open(), 0);
  }
});

test("programTime: waits until the smallest result is there, once per measurement", async (t) => {
  const reads: string[] = [];
  const slow = (handle: Handle): Handle => ({
    shape: handle.shape,
    read: () => {
      reads.push(`[${handle.shape}]`);
      return new Promise((done) => setTimeout(done, 260, handle.read()));
    },
  });
  const backend = dressed(await reference(), (store) => ({
    prepare: async (plan) => {
      const executable = await store.prepare(plan);
      return {
        bytes: executable.bytes,
        run: async (feeds) => (await executable.run(feeds)).map(slow),
        close: () => executable.close(),
      };
    },
  }));
  const w = variable("w", [4, 2], { init: () => new Float32Array(8) });
  const seconds = await programTime({ outputs: [w, sum(w)] })(backend, Number.POSITIVE_INFINITY);
  t.ok(seconds >= 0.25, `${seconds} s, waited for`);
  t.deepEqual(reads, ["[]", "[]"], "after the first run and after the measured one");
});

test("programTime: a program of nothing is refused", async (t) => {
  t.throws(() => programTime({ outputs: [] }), GraphError);
  t.throws(
    () => programTime({ outputs: [] }),
    /programTime: a program must have outputs or updates, got neither; pass what compile/,
  );
});
