// #region example
import { applyModel, compile, cpu, dense, input, timeline } from "metrigrad";

const backend = await cpu();
const model = dense(64, 10);
const store = await backend.store(model, { seed: 1 });
const { output } = applyModel(model, input("x", [50, 64]));
const program = await compile({ outputs: [output] }, store);
const x = Array.from({ length: 50 }, () => new Array(64).fill(0.1));
const profiles: (readonly number[])[] = [];
for (let at = 0; at < 10; at++) profiles.push((await program.profile?.({ x })) ?? []);
const svg = timeline(program, profiles, { title: "One layer" });
console.log(svg.includes("medians of 10 profiles")); // true
// #endregion example
await program.close();
await backend.close();
