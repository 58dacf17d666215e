/** Effective learning zones: where, over the plane of its inputs, a neuron responds to its weights. */
import {
  augment,
  type Backend,
  compile,
  constant,
  eluRow,
  matmul,
  max,
  reference,
  reluRow,
  sigmoidRow,
  tanhRow,
  tensor,
  type UnitRow,
} from "metrigrad";
import { colours, heat, key } from "./picture/heat.ts";
import { panel } from "./picture/panel.ts";
import { pictureOptions } from "./picture/save.ts";
import { element, label, picture } from "./picture/svg.ts";

const { small, save } = pictureOptions();
const side = small ? 17 : 65;
const reach = 5;

// #region zones
/** ν(w'x̃) of one neuron, and the largest over a layer of five, at the points x [n, 2] of a plane. */
async function zonesOf(row: UnitRow, points: Float64Array, backend: Backend) {
  const x = augment(constant(tensor(points, { shape: [points.length / 2, 2] })));
  const one = tensor([[1.2], [0.8], [0]]);
  const five = tensor([
    [2, 0.6, -1.6, -1.6, 0.6],
    [0, 1.9, 1.2, -1.2, -1.9],
    [-4, -4, -4, -4, -4],
  ]);
  const outputs = [row.nu(matmul(x, one)), max(row.nu(matmul(x, five)), { axis: 1 })];
  const store = await backend.store([]);
  const program = await compile({ outputs }, store);
  const handles = await program.run();
  const [neuron, layer] = await Promise.all(handles.map((handle) => handle.read()));
  return [neuron?.data() ?? [], layer?.data() ?? []] as const;
}
// #endregion

const at = (i: number) => ((2 * i) / (side - 1) - 1) * reach;
const points = Float64Array.from({ length: 2 * side * side }, (_, i) =>
  i % 2 === 0 ? at((i >> 1) % side) : -at(Math.floor((i >> 1) / side)),
);
const backend = await reference();
const rows: readonly (readonly [string, string, UnitRow])[] = [
  ["tanh", "ν = sech² t", tanhRow()],
  ["sigm", "ν = sigm t (1 − sigm t)", sigmoidRow()],
  ["relu", "ν = sigm² t", reluRow()],
  ["elu", "ν = 1 or e²ᵗ for t &lt; 0", eluRow()],
];
const [size, gap, left, top] = [190, 22, 56, 60];
const bold = { "font-size": 16 };
const drawn: string[] = [];
for (const [column, [name, formula, row]] of rows.entries()) {
  const [neuron, layer] = await zonesOf(row, points, backend);
  const highest = Math.max(...Array.from(neuron));
  const wide = Array.from(neuron).filter((value) => value > highest / 2).length / neuron.length;
  console.log(
    `${name}: largest ν ${highest.toFixed(4)}, above half of it in ${(100 * wide).toFixed(0)} % of the plane`,
  );
  const scale = colours("sequential", [0, name === "sigm" ? 0.25 : 1]);
  const place = { left: left + column * (size + gap), width: size, height: size };
  const axis = { span: [-reach, reach] as const, count: 4 };
  const numbered = column === 0;
  for (const [at, values] of [neuron, layer].entries()) {
    const own = { ...place, top: top + at * (size + gap) };
    const title = at === 0 ? `${name}: ${formula}` : "";
    const x = { ...axis, numbered: at === 1, ...(at === 1 ? { title: "x₁" } : {}) };
    const y = { ...axis, numbered, ...(numbered ? { title: "x₂" } : {}) };
    drawn.push(heat(values, [side, side], scale, own), panel({ ...own, title, x, y }).frame);
  }
}
const right = left + rows.length * (size + gap);
for (const at of [0, 1]) {
  const place = { left: right + 20, top: top + at * (size + gap), width: 16, height: size };
  const show = (value: number) => `${value} (${value / 4})`;
  drawn.push(key(colours("sequential", [0, 1]), place, show));
  const turned = `translate(${right + 8} ${place.top + size / 2}) rotate(-90)`;
  const text = `${at === 0 ? "ν of one neuron" : "largest ν of five"} (sigm)`;
  drawn.push(element("text", { transform: turned, "text-anchor": "middle" }, text));
}
drawn.push(label((right + 20) / 2, 24, "Where a neuron learns: ν(w'x̃) over its inputs", bold));
save("zones", picture(right + 120, top + 2 * (size + gap) + 34, "Effective learning zones", drawn));
await backend.close();
