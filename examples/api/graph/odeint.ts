// #region example
import { cpu, evaluate, neg, odeint } from "metrigrad";

// A spring that starts at 1, at rest: y'' = −y. At time π it is at −1.
const begin = { y: 1, v: 0 };
const states = odeint((_, { y, v }) => ({ y: v, v: neg(y) }), begin, [0, Math.PI], { steps: 50 });

const backend = await cpu();
const store = await backend.store([]);
console.log((await evaluate(states.y, { store })).get(1).toFixed(4)); // -1.0000
await backend.close();
// #endregion example
