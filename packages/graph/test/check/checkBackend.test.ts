import { type Backend, BackendError, type Plan, reference, type Store } from "@metrigrad/tensor";
import test from "tape";
import { checkBackend, opRows } from "../../src/index.ts";

/** The reference with every plan changed before it runs. */
async function altered(change: (plan: Plan) => Plan): Promise<Backend> {
  const inner = await reference();
  return {
    ...inner,
    name: "altered",
    store: async (owner, options) => {
      const store = await inner.store(owner, options);
      const proxy: Store = {
        ...store,
        float: store.float,
        add: store.add.bind(store),
        prepare: (plan) => store.prepare(change(plan)),
        close: store.close.bind(store),
      };
      return proxy;
    },
  };
}

test("the reference passes in float64 and in float32", async (t) => {
  const backend = await reference();
  // The first case of each row in short runs: the sweep of the ops has the others.
  const whole = process.env.METRIGRAD_SWEEP === "full";
  const rows = whole ? opRows : opRows.map((row) => ({ ...row, cases: row.cases.slice(0, 1) }));
  const { results, worst } = await checkBackend(backend, { rows });
  t.ok(results.length >= 2 * opRows.length, `${results.length} comparisons`);
  t.ok(worst !== null && worst.error <= worst.tolerance, `${worst?.name}: ${worst?.error}`);
  await backend.close();
});

test("a backend that takes maxima for sums is found out", async (t) => {
  const wrong = await altered((plan) => ({
    ...plan,
    steps: plan.steps.map((step) =>
      step.kind === "reduce" ? { ...step, ops: step.ops.map(() => "max" as const) } : step,
    ),
  }));
  try {
    await checkBackend(wrong, { rows: opRows.filter(({ op }) => op === "sum" || op === "exp") });
    t.fail("the check must ring");
  } catch (error) {
    t.ok(error instanceof BackendError);
    const { message } = error as Error;
    t.match(message, /^checkBackend\(altered\): all \d+ comparisons with the reference must hold/);
    t.match(message, /sum, first and last axis, f64: element \d+ must be/);
    t.doesNotMatch(message, /exp, a matrix/);
  }
});

test("a backend whose random words depend on the wrong key is found out", async (t) => {
  const wrong = await altered((plan) => ({
    ...plan,
    steps: plan.steps.map((step) =>
      step.kind === "random" ? { ...step, key: (step.key ^ 1) >>> 0 } : step,
    ),
  }));
  const rows = opRows.filter(({ op }) => op === "randomBits");
  await checkBackend(wrong, { rows }).then(
    () => t.fail("the check must ring"),
    (error: Error) => t.match(error.message, /randomBits, many words, f32: element \d+ must be/),
  );
});

test("checkBackend: unknown options are refused", async (t) => {
  const backend = await reference();
  const message = await checkBackend(backend, { float: "f32" } as never).then(
    () => "accepted",
    (error: Error) => error.message,
  );
  t.match(message, /^checkBackend: options must be among rows, floats, tolerance, got float;/);
  await backend.close();
});
