// #region example
import { add, compile, cpu, input, mul, sum, variable } from "metrigrad";

// Each run returns w·x, and then adds x to w.
const w = variable("w", [2], { init: () => [1, 2] });
const x = input("x", [2]);
const request = { outputs: { dot: sum(mul(w, x)) }, updates: [[w, add(w, x)] as const] };

const backend = await cpu();
const store = await backend.store([w.attrs]);
const program = await compile(request, store);
const { dot } = await program.run({ x: [10, 1] });
console.log((await dot.read()).item()); // 12
console.log((await store.read("w")).toArray()); // [ 11, 3 ]
await backend.close();
// #endregion example
