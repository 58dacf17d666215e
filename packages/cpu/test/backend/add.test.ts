/** Adding variables pauses between pieces, and other calls may come in between. */
import type { VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { cpu } from "../../src/index.ts";

const size = 2 ** 21 + 5;

function spec(path: string, init: VariableSpec["init"]): VariableSpec {
  return { path, shape: [size], type: "float", role: "parameter", init };
}

/** Runs with a clock by which every pause is due. */
async function withPauses<T>(run: () => Promise<T>): Promise<T> {
  const own = performance.now.bind(performance);
  let ahead = 0;
  Object.assign(performance, {
    now: () => {
      ahead += 13;
      return own() + ahead;
    },
  });
  try {
    return await run();
  } finally {
    Object.assign(performance, { now: own });
  }
}

test("values that are written in pieces are whole", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const typed = spec("typed", () => Float32Array.from({ length: size }, (_, at) => at % 1000));
  const listed = spec("listed", () => Array.from({ length: size }, (_, at) => at % 997));
  await withPauses(() => store.add([typed, listed]));
  const [a, b] = [(await store.read(typed)).data(), (await store.read(listed)).data()];
  t.ok(a.every((value, at) => value === at % 1000));
  t.ok(b.every((value, at) => value === at % 997));
  await backend.close();
});

test("calls that come while values are written find each variable once", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const first = spec("first", () => new Float32Array(size).fill(1));
  const other = spec("other", () => new Float32Array(size).fill(2));
  await withPauses(async () => {
    await Promise.all([store.add([first]), store.add([first, other]), store.add([other])]);
  });
  t.deepEqual(store.variables.map(({ path }) => path).sort(), ["first", "other"]);
  t.equal(store.bytes, 8 * size);
  t.equal((await store.read(first)).data()[size - 1], 1);
  t.equal((await store.read(other)).data()[0], 2);
  await backend.close();
});

test("a path that another call takes in the meantime is refused", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const [one, two] = [1, 2].map((value) => spec("same", () => new Float32Array(size).fill(value)));
  const results = await withPauses(() =>
    Promise.allSettled([store.add([one as VariableSpec]), store.add([two as VariableSpec])]),
  );
  const refused = results.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  t.equal(refused.length, 1);
  t.match(refused[0] ?? "", /^BackendError: cpu store.* same/);
  await backend.close();
});

test("a store that is closed while values are written refuses them", async (t) => {
  const backend = await cpu({ threads: 1 });
  const store = await backend.store([]);
  const error = await withPauses(async () => {
    const adding = store.add([spec("late", () => new Float32Array(size))]).then(() => null, String);
    await store.close();
    return adding;
  });
  t.match(error ?? "", /^BackendError: store\.add: .*closed/);
  await backend.close();
});
