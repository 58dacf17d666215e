/** Markov chains against enumeration and a closed form; each check rings for chains of another rule. */
import { compile, constant, mul, type Node, square, squeeze, sum } from "@metrigrad/graph";
import { applyModel, dense } from "@metrigrad/nn";
import { GraphError, reference, ShapeError, tensor, uniformStream } from "@metrigrad/tensor";
import test from "tape";
import {
  gaussianMoves,
  kineticEnergies,
  metropolis,
  type Sampler,
  spinFlips,
  spinStates,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";

const chains = 600;
const model = dense(3, 1);
const weights = [0.3, -0.5, 0.2, 0];
const logPsi = (x: Node) => squeeze(applyModel(model, x).output, 1);

async function modelStore() {
  const store = await (await reference()).store(model, { seed: 5 });
  const [{ spec }] = model.variables as readonly [(typeof model.variables)[0]];
  await store.write(spec, tensor(weights.map((one) => [one])));
  return store;
}

const up = () => tensor(new Float64Array(3 * chains).fill(1), { shape: [chains, 3] });

/** χ² of how many chains are in each of the 8 states against |ψ|², 7 degrees of freedom. */
async function spinDistance(times: number): Promise<{ chi: number; accepted: number }> {
  const store = await modelStore();
  const sampler = await metropolis(store, {
    logPsi: (x) => mul(logPsi(x), times),
    start: up(),
    proposal: spinFlips(),
    sweeps: 6,
  });
  await sampler.run(2);
  const found = (await store.read(sampler.samples.attrs)).data();
  const counts = new Float64Array(8);
  for (let chain = 0; chain < chains; chain++) {
    const bits = [0, 1, 2].map((i) => ((found[3 * chain + i] as number) > 0 ? 1 << i : 0));
    const state = bits.reduce((a, b) => a + b, 0);
    counts[state] = (counts[state] as number) + 1;
  }
  const states = spinStates(3).data();
  const psi = Array.from(counts, (_, s) =>
    Math.exp(
      2 * [0, 1, 2].reduce((a, i) => a + (weights[i] as number) * (states[3 * s + i] as number), 0),
    ),
  );
  const z = psi.reduce((a, b) => a + b, 0);
  const chi = psi
    .map((one, s) => ((counts[s] as number) - (chains * one) / z) ** 2 / ((chains * one) / z))
    .reduce((a, b) => a + b, 0);
  const accepted = await sampler.accepted();
  await store.close();
  return { chi, accepted };
}

test("metropolis: spins come as often as |ψ|² says (χ² of 7 degrees, seed 5)", async (t) => {
  const { chi, accepted } = await spinDistance(1);
  t.ok(chi < 24.3, `χ² ${chi}: below what one of 1,000 exceeds`);
  t.ok(accepted > 0.4 && accepted < 0.95, `${accepted} accepted`);
});

test("metropolis: the check rings where moves are accepted by |ψ| instead of |ψ|²", async (t) => {
  const { chi } = await spinDistance(0.5);
  t.ok(chi > 40, `χ² ${chi}`);
});

const sigma = 1.5;

/** The variance of x in standard errors from σ², for ψ² normal, and how chains moved. */
async function normalDistance(times: number) {
  const store = await (await reference()).store([], { seed: 7 });
  const stream = uniformStream({ seed: 1, path: "start" });
  const begin = Float64Array.from({ length: chains }, (_, i) => 4 * stream.uniform(i) - 2);
  const sampler: Sampler = await metropolis(store, {
    logPsi: (x) => mul(sum(square(x), { axis: 1 }), (-0.25 * times) / sigma ** 2),
    start: tensor(begin, { shape: [chains, 1] }),
    proposal: gaussianMoves({ width: 0.5 }),
    sweeps: 15,
  });
  await sampler.run(8);
  const x = (await store.read(sampler.samples.attrs)).data();
  const variance = [...x].reduce((a, one) => a + one * one, 0) / chains;
  const width = (await store.read("metropolis/width")).item();
  const accepted = await sampler.accepted();
  await store.close();
  return { z: (variance / sigma ** 2 - 1) / Math.sqrt(2 / chains), width, accepted };
}

test("metropolis: coordinates have the variance of |ψ|², and half of the moves are taken (seed 7)", async (t) => {
  const { z, width, accepted } = await normalDistance(1);
  t.ok(Math.abs(z) < 3.3, `${z} standard errors off`);
  t.ok(width > 1, `the width went from 0.5 to ${width}`);
  t.ok(accepted < 0.75 && accepted > 0.4, `${accepted} accepted`);
});

test("metropolis: the check of variances rings for |ψ|", async (t) => {
  const { z } = await normalDistance(0.5);
  t.ok(z > 6, `${z} standard errors off`);
});

test("kineticEnergies: of a normal ψ in two dimensions, by hand", async (t) => {
  const store = await (await reference()).store([]);
  const points = tensor([
    [0.5, -1],
    [2, 0.25],
  ]);
  // ln ψ = −|x|²: Δ = −4, |∇|² = 4|x|².
  const kinetic = kineticEnergies((x) => mul(sum(square(x), { axis: 1 }), -1), constant(points));
  const program = await compile({ outputs: kinetic }, store);
  const found = (await (await program.run()).read()).data();
  const expected = [1.25, 4.0625].map((r2) => -0.5 * (-4 + 4 * r2));
  t.ok(
    expected.every((one, at) => Math.abs(one - (found[at] as number)) < 1e-12),
    `${found}`,
  );
});

test("metropolis: refuses what is none", async (t) => {
  const store = await modelStore();
  const good = { logPsi, start: up(), proposal: spinFlips() };
  await rejects(
    t,
    metropolis(store, { ...good, sweeps: 0 }),
    GraphError,
    /sweeps must be a positive integer, got 0/,
  );
  await rejects(
    t,
    metropolis(store, { ...good, start: tensor([1, 2]) }),
    ShapeError,
    /start must be a tensor \[chains, d\], got \[2\]/,
  );
  await rejects(
    t,
    metropolis(store, { ...good, proposal: spinFlips as never }),
    GraphError,
    /proposal must be one/,
  );
  await rejects(
    t,
    metropolis(store, { ...good, logPsi: (x) => sum(logPsi(x), { axis: 0, keepDims: true }) }),
    ShapeError,
    /a value for each of the 600 chains, got \[1\]/,
  );
  const chains = await metropolis(store, { ...good, sweeps: 1, name: "counted" });
  for (const times of [0, 1.5, Number.NaN, "2"]) {
    await rejects(
      t,
      chains.run(times as number),
      GraphError,
      new RegExp(`^metropolis, run: times must be a positive integer, got ${times}; leave it out`),
    );
  }
  t.ok(Number.isNaN(await chains.accepted()), "no chain has moved");
  await chains.close();
  t.throws(() => gaussianMoves({ width: 0 }), /width must be a positive number, got 0/);
  t.throws(
    () => gaussianMoves({ sigma: 1 } as never),
    /^GraphError: gaussianMoves: options must be among width, got sigma/,
  );
});
