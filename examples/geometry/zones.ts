/** Effective learning zones: where, over the plane of its inputs, a neuron responds to its weights. */
import {
  type Activation,
  type Backend,
  dense,
  elu,
  learningZones,
  reference,
  relu,
  sigmoid,
  tanh,
  tensor,
  type Zone,
  zones,
} from "metrigrad";
import { pictureOptions } from "./picture/save.ts";

const { small, save } = pictureOptions();
const cells = small ? 17 : 65;

// #region zones
const plane = {
  x: { title: "x₁", range: [-5, 5] },
  y: { title: "x₂", range: [-5, 5] },
  cells,
} as const;
/** Weights [d + 1, m] of one neuron, and of a layer of five. */
const weights = {
  neuron: tensor([[1.2], [0.8], [0]]),
  five: tensor([
    [2, 0.6, -1.6, -1.6, 0.6],
    [0, 1.9, 1.2, -1.2, -1.9],
    [-4, -4, -4, -4, -4],
  ]),
};
/** ν(w'x̃) of a layer with given weights: the largest one of its neurons. */
async function zoneOf(activation: Activation, which: keyof typeof weights, backend: Backend) {
  const w = weights[which];
  const layer = dense(2, w.shape[1] as number, { activation });
  const store = await backend.store(layer, { seed: 1 });
  await store.write("w", w);
  const [zone] = await learningZones(layer, store, plane);
  await store.close();
  return zone as Zone;
}
// #endregion

const backend = await reference();
const kinds: readonly (readonly [string, Activation])[] = [
  ["tanh", tanh],
  ["sigm", sigmoid],
  ["relu", relu],
  ["elu", elu],
];
const drawn: Zone[] = [];
for (const which of ["neuron", "five"] as const) {
  for (const [name, activation] of kinds) {
    const zone = await zoneOf(activation, which, backend);
    drawn.push({ ...zone, name: which === "neuron" ? `${name}, one` : `${name}, five` });
    if (which === "five") continue;
    const values = Array.from(zone.values.data());
    const highest = Math.max(...values);
    const wide = values.filter((value) => value > highest / 2).length / values.length;
    console.log(
      `${name}: largest ν ${highest.toFixed(4)}, above half of it in ${(100 * wide).toFixed(0)} % of the plane`,
    );
  }
}
const svg = zones(drawn, {
  title: "Where a neuron learns: ν(w'x̃) over its inputs",
  note: "Above: one neuron. Below: the largest ν of a layer of five. “To” is the largest ν in the plane.",
  columns: 4,
});
save("zones", svg);
await backend.close();
