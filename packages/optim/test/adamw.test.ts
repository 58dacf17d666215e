import { constant } from "@metrigrad/graph";
import test from "tape";
import { adam, adamw, cosineSchedule } from "../src/index.ts";
import {
  batchesOf,
  batchSize,
  classifier,
  follow,
  gap,
  inputs,
  regression,
  regressionContext,
  targets,
} from "./problem.ts";

const halfway = constant(0.5);

test("adamw: beside ADAM's step the weights fall by γλ times themselves, biases only if asked", async (t) => {
  const settings = { learningRate: 0.05, beta1: 0.8, beta2: 0.9 };
  const schedule = cosineSchedule();
  const batches = batchesOf(1);
  const [before, plain] = await follow(classifier(), adam(settings), batches);
  const decaying = adamw({ ...settings, weightDecay: 0.3, schedule });
  const [, after] = await follow(classifier(), decaying, batches);
  const whole = adamw({ ...settings, weightDecay: 0.3, decayBiases: true });
  const [, all] = await follow(classifier(), whole, batches);
  for (const [name, columns] of [
    ["dense0/w", 5],
    ["dense1/w", 3],
  ] as const) {
    const start = before?.get(name) ?? new Float64Array();
    const expected = (biases: boolean) =>
      plain?.get(name)?.map((value, i) => {
        const bias = i >= start.length - columns;
        return value - (bias && !biases ? 0 : 0.05 * 0.3 * (start[i] as number));
      });
    t.ok(gap(after?.get(name), expected(false)) < 1e-14, name);
    t.ok(gap(all?.get(name), expected(true)) < 1e-14, `${name}, biases too`);
  }
});

test("adamw: with a schedule both parts follow it (Loshchilov and Hutter, algorithm 2)", async (t) => {
  const batches = batchesOf(2);
  const half = { name: "half", factor: () => cosineSchedule().factor(halfway) };
  const [, , scheduled] = await follow(
    classifier(),
    adamw({ weightDecay: 0.2, schedule: half }),
    batches,
  );
  const [, , same] = await follow(
    classifier(),
    adamw({ learningRate: 0.0005, weightDecay: 0.2 }),
    batches,
  );
  for (const name of ["dense0/w", "dense1/w"])
    t.ok(gap(scheduled?.get(name), same?.get(name)) < 1e-14, name);
});

test("adamw: a trajectory by the recurrences in plain numbers", async (t) => {
  const model = regression();
  const [rate, beta1, beta2, epsilon, omega] = [0.1, 0.7, 0.9, 1e-6, 0.02];
  const optimizer = adamw({ learningRate: rate, beta1, beta2, epsilon, weightDecay: omega });
  const steps = new Array(5).fill({ x: inputs, y: targets });
  const run = await follow(model, optimizer, steps, regressionContext(model));
  const w = Float64Array.from(run[0]?.get("w") ?? []);
  const [mean, squares] = [new Float64Array(15), new Float64Array(15)];
  const [x, y] = [inputs.data(), targets.data()];
  for (let step = 1; step <= 5; step++) {
    const gradient = new Float64Array(15);
    for (let s = 0; s < batchSize; s++) {
      const row = [...x.slice(4 * s, 4 * s + 4), 1];
      for (let k = 0; k < 3; k++) {
        const output = row.reduce((sum, v, i) => sum + v * (w[3 * i + k] as number), 0);
        const error = (output - (y[3 * s + k] as number)) / batchSize;
        for (const [i, v] of row.entries())
          gradient[3 * i + k] = (gradient[3 * i + k] as number) + v * error;
      }
    }
    for (const [i, g] of gradient.entries()) {
      mean[i] = beta1 * (mean[i] as number) + (1 - beta1) * g;
      squares[i] = beta2 * (squares[i] as number) + (1 - beta2) * g * g;
      const first = (mean[i] as number) / (1 - beta1 ** step);
      const second = Math.sqrt((squares[i] as number) / (1 - beta2 ** step));
      const decay = i < 12 ? rate * omega * (w[i] as number) : 0;
      w[i] = (w[i] as number) - (rate * first) / (second + epsilon) - decay;
    }
    t.ok(gap(run[step]?.get("w"), w) < 1e-12, `step ${step}`);
  }
});

test("adamw: settings out of range are refused by name", (t) => {
  t.throws(() => adamw({ weightDecay: 2 }), /weightDecay must be a number in \[0, 1\], got 2/);
  t.throws(() => adamw({ beta1: 1 }), /adamw: beta1 must be a number in .*got 1/);
  t.end();
});
