/** The geometry of a model on the fast backend is that on the reference. */
import { cpu } from "@metrigrad/cpu";
import { relu, tanh } from "@metrigrad/graph";
import { fisher, fullMetrics, gaussNewton, kl, observedFisher, rfim } from "@metrigrad/metric";
import { batchNorm, categorical, dense, sequential } from "@metrigrad/nn";
import { type Backend, reference, type Tensor, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";

const stream = uniformStream({ seed: 2, path: "geometry" });
const draw = (shape: readonly number[]): Tensor =>
  tensor(
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => stream.normal(i)),
    { shape },
  );

const model = sequential(
  dense(7, 9, { activation: relu }),
  batchNorm(9),
  dense(9, 5, { activation: tanh }),
  dense(5, 4),
);
const batch = draw([6, 7]);
const names = ["dense0/w", "dense1/w", "dense2/w"];

/** Everything there is to ask for, flat. */
async function measured(backend: Backend): Promise<Map<string, ArrayLike<number>>> {
  const store = await backend.store(model, { seed: 8 });
  const likelihood = categorical();
  const shapes = new Map(store.variables.map(({ path, spec }) => [path, spec.shape]));
  const delta = Object.fromEntries(names.map((name) => [name, draw(shapes.get(name) ?? [])]));
  const found = new Map<string, ArrayLike<number>>();
  const g = await rfim(model, batch, { store, likelihood, metrics: fullMetrics });
  for (const block of g.blocks) {
    found.set(`${block.path} matrices`, (await block.toMatrices()).data());
    found.set(`${block.path} trace`, (await block.trace()).data());
  }
  found.set("length", [await g.length(delta)]);
  for (const damping of [{ relative: 1e-2 }, { absolute: 0.5 }]) {
    const solved = await g.solve(delta, damping);
    for (const name of names)
      found.set(`${name} by ${JSON.stringify(damping)}`, solved[name]?.data() ?? []);
  }
  const whole = await fisher(model, batch, { store, likelihood });
  found.set("corner", (await whole.block("dense0/w", "dense2/w")).data());
  found.set("whole length", [await whole.length(delta)]);
  const solved = await whole.solve(delta, { absolute: 0.1 });
  for (const name of names) found.set(`${name} by the whole`, solved[name]?.data() ?? []);
  const settings = { store, likelihood };
  const labelled = { inputs: batch, targets: tensor(Int32Array.of(0, 3, 1, 1, 2, 0)) };
  const draws = await fisher(model, batch, { ...settings, kind: { samples: 5, seed: 1 } });
  found.set("scores of draws", (await draws.toRows()).rows.data());
  const conjugate = { absolute: 0.1, method: "conjugate gradients" } as const;
  for (const [what, metric] of [
    ["by conjugate gradients", await fisher(model, batch, { ...settings, memoryBudget: 1 })],
    ["by Gauss–Newton", await gaussNewton(model, labelled, settings)],
  ] as const) {
    const direction = await metric.solve(delta, conjugate);
    for (const name of names) found.set(`${name} ${what}`, direction[name]?.data() ?? []);
    found.set(`trace ${what}`, [await metric.trace()]);
  }
  const observed = await observedFisher(model, labelled, settings);
  const product = await observed.apply(delta);
  for (const name of names) found.set(`${name} by the Hessian`, product[name]?.data() ?? []);
  found.set("kl", [await kl(model, batch, { ...settings, delta })]);
  await backend.close();
  return found;
}

test("rfim and fisher: float32 on cpu within 1e-4 of float64 on the reference", async (t) => {
  const [fast, right] = [await measured(await cpu()), await measured(await reference())];
  for (const [what, expected] of right) {
    const got = fast.get(what) ?? [];
    const scale = Math.max(...Array.from(expected, Math.abs), 1e-3);
    const errors = Array.from(expected, (value, i) => Math.abs((got[i] as number) - value) / scale);
    const worst = errors.reduce((most, error) => (error <= most ? most : error), 0);
    t.ok(got.length === expected.length && worst < 1e-4, `${what}: ${worst.toExponential(1)}`);
  }
});
