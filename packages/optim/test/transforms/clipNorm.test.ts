import { compile, mul, type Node } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { chain, clipNorm, precondition, scale } from "../../src/index.ts";
import { classifier, contextOf, gap, inputs, labels, start, train } from "../problem.ts";

const normOf = (all: readonly ArrayLike<number>[]) =>
  Math.sqrt(all.flatMap((one) => Array.from(one)).reduce((sum, value) => sum + value ** 2, 0));

test("clipNorm: the gradient of all parameters is at most c long, in its direction", async (t) => {
  const model = classifier();
  const before = await start(model);
  const norm = normOf(before.map(({ gradient }) => gradient));
  for (const bound of [0.3 * norm, 2 * norm]) {
    const { parameters } = await train(model, chain(clipNorm(bound), scale(0.5)), 1);
    const factor = 0.5 * Math.min(1, bound / norm);
    for (const { name, value, gradient } of before) {
      const expected = value.map((one, i) => one - factor * (gradient[i] as number));
      t.ok(gap(parameters.get(name), expected) < 1e-14, `${name}, c = ${bound}`);
    }
  }
});

test("clipNorm: last in a chain it bounds the step", async (t) => {
  const model = classifier();
  const before = await start(model);
  const steps = async (...last: ReturnType<typeof clipNorm>[]) => {
    const { parameters } = await train(model, chain(precondition(), scale(3), ...last), 1);
    return before.map(({ name, value }) =>
      value.map((one, i) => one - (parameters.get(name)?.[i] as number)),
    );
  };
  const [free, bound] = [await steps(), await steps(clipNorm(0.2))];
  t.ok(normOf(free) > 0.4);
  t.ok(Math.abs(normOf(bound) - 0.2) < 1e-12);
  const factor = 0.2 / normOf(free);
  for (const [k, step] of bound.entries())
    t.ok(
      gap(
        step,
        free[k]?.map((one) => factor * one),
      ) < 1e-12,
    );
});

test("clipNorm: a gradient of 0 stays 0, and the report has the norm from before", async (t) => {
  const model = classifier();
  const context = contextOf(model, 0);
  const still = { ...context, loss: mul(context.loss, 0) };
  const { parameters } = await train(model, chain(clipNorm(1)), 1, 1, still);
  const unmoved = await train(model, chain(clipNorm(1)), 0, 1, still);
  for (const path of ["dense0/w", "dense1/w"])
    t.equal(gap(parameters.get(path), unmoved.parameters.get(path)), 0, path);
  const report = chain(clipNorm(0.01)).update(contextOf(model)).at(-1)?.report;
  const norm = report?.quantities.find(({ name }) => name === "norm")?.value() as Node;
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const program = await compile({ outputs: { norm } }, store);
  const found = await program.run({ x: inputs, y: labels });
  const expected = normOf((await start(model)).map(({ gradient }) => gradient));
  t.ok(Math.abs((await found.norm.read()).item() - expected) < 1e-14);
  await backend.close();
});

test("clipNorm: a bound that is not positive is refused", (t) => {
  for (const bound of [0, -1, Number.NaN])
    t.throws(() => clipNorm(bound), /clipNorm: bound must be a finite number > 0, got/);
  t.end();
});
