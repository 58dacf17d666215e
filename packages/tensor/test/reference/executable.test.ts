import test from "tape";
import type { Store } from "../../src/backend/backend.ts";
import type { VariableSpec } from "../../src/backend/variable.ts";
import { tensor } from "../../src/create.ts";
import { BackendError } from "../../src/errors.ts";
import { parseExpr } from "../../src/expr/parse.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { PlainStep } from "../../src/plan/step.ts";
import { reference } from "../../src/reference/reference.ts";
import { buffer, map, smallPlan, variable, w, whole } from "./plans.ts";

async function withStore(body: (store: Store) => Promise<void>, float: "f64" | "f32" = "f64") {
  const backend = await reference();
  await body(await backend.store([w], { float }));
  await backend.close();
}

async function refused(t: test.Test, promise: Promise<unknown>, message: RegExp) {
  try {
    await promise;
    t.fail(`resolved instead of ${message}`);
  } catch (error) {
    t.ok(error instanceof BackendError);
    t.match((error as Error).message, message);
  }
}

test("a run reads feeds, updates variables and gives outputs", async (t) => {
  await withStore(async (store) => {
    const program = await store.prepare(smallPlan());
    const [first] = await program.run([tensor([1, 2, 3])]);
    t.deepEqual(first?.shape, [3]);
    t.deepEqual((await first?.read())?.toArray(), [4, 14 ** 2, 26 ** 2]);
    t.deepEqual((await store.read("w")).toArray(), [1, 11, 21]);
    const [second] = await program.run([tensor(new Int32Array([1, 2, 3]))]);
    t.deepEqual((await second?.read())?.toArray(), [9, 15 ** 2, 27 ** 2], "feeds are converted");
    t.is(program.bytes, 64 + 24 + 24 + 24, "arena, feed and output");
  });
});

test("a handle is valid until the next run", async (t) => {
  await withStore(async (store) => {
    const program = await store.prepare(smallPlan());
    const other = await store.prepare(smallPlan());
    const [first] = await program.run([tensor([1, 2, 3])]);
    await other.run([tensor([0, 0, 0])]);
    const value = await first?.read();
    await program.run([tensor([0, 0, 0])]);
    t.deepEqual(value?.toArray(), [4, 196, 676], "what was read stays");
    const message =
      /handle.read: an output must be read before its program runs again or closes, got a/;
    await refused(t, (first as { read(): Promise<unknown> }).read(), message);
    const [last] = await program.run([tensor([0, 0, 0])]);
    await program.close();
    await refused(t, (last as { read(): Promise<unknown> }).read(), message);
    await refused(t, program.run([tensor([0, 0, 0])]), /program\.run: the program must be open/);
  });
});

test("closing a store closes its programs", async (t) => {
  await withStore(async (store) => {
    const program = await store.prepare(smallPlan());
    await store.close();
    await refused(t, program.run([tensor([1, 2, 3])]), /the program must be open/);
    await refused(t, store.prepare(smallPlan()), /the store must be open/);
  });
});

test("wrong feeds, floats and variables are refused", async (t) => {
  await withStore(async (store) => {
    const program = await store.prepare(smallPlan());
    await refused(t, program.run([]), /there must be 1 feed\(s\), got 0; pass/);
    await refused(t, program.run([tensor([1])]), /feed x: its shape must be \[3\], got \[1\]/);
    const plan = smallPlan();
    const withPlace = (spec: VariableSpec, size = 3): Plan => ({
      ...plan,
      buffers: plan.buffers.with(1, buffer(size, { kind: "variable", spec })),
    });
    await refused(
      t,
      store.prepare(withPlace(variable("w", [3]))),
      /reference store.prepare: the variable must be one of the store \(w\), got w, a parameter \[3\]; add it/,
    );
    await refused(
      t,
      store.prepare(withPlace(w, 4)),
      /variable w: the plan must see it as f64\[3\], got f64\[4\]/,
    );
    await refused(t, store.prepare({ ...plan, arenaBytes: 0 }), /checkPlan/);
  });
  await withStore(async (store) => {
    const message =
      /store.prepare: the plan's floats must be f32, as the store's, got f64; compile/;
    await refused(t, store.prepare(smallPlan()), message);
  }, "f32");
});

test("elements of the arena that a run did not write read as NaN", async (t) => {
  await withStore(async (store) => {
    const part = { ...whole(0, 2), offset: 1 };
    const program = await store.prepare({
      float: "f64",
      buffers: [
        buffer(3, { kind: "arena", offset: 0 }),
        buffer(3, { kind: "output" }),
        buffer(3, { kind: "variable", spec: w }),
      ],
      steps: [
        map("x0", [{ ...whole(2, 2), offset: 1 }], part),
        map("x0", [whole(0, 3)], whole(1, 3)),
      ],
      feeds: [],
      outputs: [whole(1, 3)],
      arenaBytes: 24,
    });
    for (let run = 0; run < 2; run++) {
      const [handle] = await program.run([]);
      const value = await handle?.read();
      t.ok(Number.isNaN(value?.get(0)));
      t.is(value?.get(2), 20);
    }
  });
});

test("buffers of every type lie in the arena", async (t) => {
  await withStore(async (store) => {
    const types = ["f64", "i32", "u32", "bool", "u8", "f16"] as const;
    const sources = [
      [1.5, -2],
      [-1, 7],
      [4e9, 5],
      [1, 0],
      [255, 1],
      [-0.5, 65504],
    ];
    const plan: Plan = {
      float: "f64",
      buffers: [
        ...types.map((dtype, i) => buffer(2, { kind: "feed", name: String(i) }, dtype)),
        ...types.map((dtype, i) => buffer(2, { kind: "arena", offset: 64 * i }, dtype)),
        ...types.map((dtype) => buffer(2, { kind: "output" }, dtype)),
      ],
      steps: [...types, ...types].map((_, i) => ({
        kind: "copy" as const,
        input: whole(i, 2),
        output: whole(i + types.length, 2),
        label: "",
      })),
      feeds: types.map((dtype, i) => ({ name: String(i), shape: [2], dtype, buffer: i })),
      outputs: types.map((_, i) => whole(i + 2 * types.length, 2)),
      arenaBytes: 64 * types.length,
    };
    const program = await store.prepare(plan);
    const handles = await program.run(sources.map((values) => tensor(values)));
    const read = await Promise.all(handles.map((handle) => handle.read()));
    t.deepEqual(
      read.map((value) => value.toArray()),
      sources,
    );
    t.deepEqual(
      read.map((value) => value.dtype),
      types,
    );
  });
});

test("a result may take the place of an input of another type", async (t) => {
  await withStore(async (store) => {
    const n = 9;
    const place = { kind: "arena", offset: 0 } as const;
    const program = await store.prepare({
      float: "f32",
      buffers: [
        buffer(n, { kind: "feed", name: "x" }, "f32"),
        buffer(n, place, "bool"),
        buffer(n, place, "f32"),
        buffer(n, { kind: "output" }, "f32"),
      ],
      steps: [
        map("x0 > 0", [whole(0, n)], whole(1, n)),
        {
          ...map("1", [], whole(2, n)),
          inputs: [whole(1, n)],
          exprs: [parseExpr("x ? 5 : -5", { types: ["bool"] })],
        },
        map("2 * x0", [whole(2, n)], whole(3, n)),
      ],
      feeds: [{ name: "x", shape: [n], dtype: "f32", buffer: 0 }],
      outputs: [whole(3, n)],
      arenaBytes: 64,
    });
    const [handle] = await program.run([tensor([1, -1, 1, 1, -1, 1, -1, -1, 1])]);
    const signs = [1, -1, 1, 1, -1, 1, -1, -1, 1];
    t.deepEqual(
      (await handle?.read())?.toArray(),
      signs.map((sign) => 10 * sign),
    );
  }, "f32");
});

test("profile runs once and gives the seconds of each step", async (t) => {
  await withStore(async (store) => {
    const program = await store.prepare(smallPlan());
    const [old] = await program.run([tensor([1, 2, 3])]);
    const seconds = (await program.profile?.([tensor([1, 2, 3])])) ?? [];
    t.is(seconds.length, 4);
    t.ok(seconds.every((s) => s >= 0 && s < 1));
    t.deepEqual((await store.read("w")).toArray(), [2, 12, 22]);
    await refused(
      t,
      (old as { read(): Promise<unknown> }).read(),
      /before its program runs again or closes, got a value that a later run replaced/,
    );
  });
});

test("a step is skipped where its flag is false, and its output keeps what it holds", async (t) => {
  await withStore(async (store) => {
    const plan = smallPlan();
    const flag = { name: "go", shape: [], dtype: "bool" as const, buffer: 5 };
    const count = { ...(plan.steps[3] as PlainStep), when: whole(5) };
    const program = await store.prepare({
      ...plan,
      buffers: [...plan.buffers, buffer(1, { kind: "feed", name: "go" }, "bool")],
      steps: plan.steps.with(3, count),
      feeds: [...plan.feeds, flag],
    });
    const w = async () => (await store.read("w")).toArray();
    await program.run([tensor([1, 2, 3]), tensor(false)]);
    t.deepEqual(await w(), [0, 10, 20]);
    await program.run([tensor([1, 2, 3]), tensor(true)]);
    t.deepEqual(await w(), [1, 11, 21]);
  });
});
