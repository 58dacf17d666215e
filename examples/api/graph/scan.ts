// #region example
import { add, constant, cpu, evaluate, mul, scan, tensor } from "metrigrad";

// A moving average of a sequence: m ← ½m + ½x.
const xs = constant(tensor([4, 0, 8]));
const { carry, ys } = scan(
  (m, x) => {
    const next = add(mul(0.5, m), mul(0.5, x));
    return { carry: next, y: next };
  },
  0,
  xs,
);

const backend = await cpu();
const store = await backend.store([]);
const { all, last } = await evaluate({ all: ys, last: carry }, { store });
console.log(all.toArray(), last.item()); // [ 2, 1, 4.5 ] 4.5
await backend.close();
// #endregion example
