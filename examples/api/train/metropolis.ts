// #region example
import { cpu, metropolis, type Node, spinFlips, sum, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([], { seed: 1 });
// ψ(s) = exp(Σ_i s_i): spins are up with probability e²/(e² + e⁻²) ≈ 0.98.
const start = tensor(Array.from({ length: 1000 }, () => [-1, -1]));
const logPsi = (s: Node) => sum(s, { axis: 1 });
const sampler = await metropolis(store, { logPsi, start, proposal: spinFlips() });
await sampler.run(5);
const spins = (await store.read(sampler.samples.attrs)).data();
const up = spins.filter((spin) => spin > 0).length / spins.length;
console.log(Math.abs(up - 0.982) < 0.02); // true
await sampler.close();
await backend.close();
// #endregion example
