// #region example
import { dense, learningZones, reference, sequential, tanh, zones } from "metrigrad";

const model = sequential(dense(2, 5, { activation: tanh }), dense(5, 1));
const store = await (await reference()).store(model, { seed: 1 });
const layers = await learningZones(model, store, { cells: 9 });
console.log(layers.map(({ name }) => name)); // [ 'dense0: largest ν of 5' ]
const svg = zones(layers, { title: "Where the first layer learns" });
console.log(svg.startsWith("<svg")); // true
// #endregion example
