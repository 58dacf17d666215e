/** The whole Fisher information of a small net beside the relative ones of its layers. */
import {
  categorical,
  dense,
  fisher,
  fullMetrics,
  heatmap,
  reference,
  rfim,
  sequential,
  stackedMetrics,
  tanh,
  tensor,
  uniformStream,
} from "metrigrad";
import { pictureOptions } from "./picture/save.ts";

const { small, save } = pictureOptions();
const stream = uniformStream({ seed: 4, path: "blocks" });
const rows = small ? 20 : 400;
const x = tensor(
  Float64Array.from({ length: 3 * rows }, (_, i) => stream.normal(i)),
  { shape: [rows, 3] },
);

// #region metrics
const likelihood = categorical();
const model = sequential(
  dense(3, 4, { activation: tanh }),
  dense(4, 4, { activation: tanh }),
  dense(4, 3),
);
const backend = await reference();
const store = await backend.store(model, { seed: 3 });

// One matrix over all parameters.
const whole = await fisher(model, x, { store, likelihood });
// Blocks on its diagonal: each layer by its own response, the last one by the soft-max layer's …
const byLayer = await rfim(model, x, { store, likelihood, metrics: fullMetrics });
// … and each layer by the response of the model, with the later layers held fixed.
const toTheEnd = stackedMetrics({ layers: Number.POSITIVE_INFINITY });
const byOutput = await rfim(model, x, { store, likelihood, metrics: toTheEnd });
// #endregion

/** A layer's parameters, where they begin, and how many there are. */
const layers = model.variables.map(({ path: name, spec: { shape } }, i) => {
  const size = (of: readonly number[]) => of.reduce((a, b) => a * b, 1);
  const from = model.variables.slice(0, i).reduce((sum, { spec }) => sum + size(spec.shape), 0);
  return { name, d: shape[0] as number, m: shape[1] as number, from, size: size(shape) };
});
const size = whole.size;

/** Blocks put on the diagonal of a matrix over all parameters. */
async function assembled({ blocks }: typeof byLayer): Promise<Float64Array> {
  const all = new Float64Array(size * size);
  for (const block of blocks) {
    const { from, size: order } = layers.find(({ name }) => block.params.includes(name)) as never;
    const values = (await block.toDense()).data();
    for (let i = 0; i < order; i++)
      for (let j = 0; j < order; j++)
        all[(from + i) * size + from + j] = values[i * order + j] as number;
  }
  return all;
}

/** The layer that a parameter belongs to. */
const layerOf = (i: number) => layers.findLastIndex(({ from }) => from <= i);

/** The Frobenius norm of the entries that a condition picks. */
function norm(values: ArrayLike<number>, picked: (row: number, column: number) => boolean): number {
  const squares = Array.from(values, (value, i) =>
    picked(layerOf(Math.floor(i / size)), layerOf(i % size)) ? value * value : 0,
  );
  return Math.sqrt(squares.reduce((a, b) => a + b, 0));
}

const exact = (await whole.toDense()).data();
const own = await assembled(byLayer);
const through = await assembled(byOutput);
const between = norm(exact, (a, b) => a !== b) / norm(exact, () => true);
console.log("share of the whole outside of the layers' blocks:", between.toFixed(3));
for (const [what, blocks] of [["its own", own] as const, ["the model's", through] as const]) {
  const gaps = layers.map((_, at) => {
    const apart = exact.map((value, i) => value - (blocks[i] as number));
    const here = (a: number, b: number) => a === at && b === at;
    return (norm(apart, here) / norm(exact, here)).toExponential(1);
  });
  console.log(`layers by ${what} response, off the whole's blocks by:`, gaps.join(", "));
}

// #region picture
/** Where the i-th drawn parameter stands: neuron by neuron instead of row-major. */
const order = layers.flatMap(({ d, m, from }) =>
  Array.from({ length: d * m }, (_, i) => from + (i % d) * m + Math.floor(i / d)),
);
/** A matrix with its parameters in that order. */
const ordered = (values: ArrayLike<number>) => {
  const moved = Float64Array.from({ length: size * size }, (_, i) => {
    const row = order[Math.floor(i / size)] as number;
    return values[row * size + (order[i % size] as number)] as number;
  });
  return tensor(moved, { shape: [size, size] });
};
const svg = heatmap(
  {
    "whole Fisher information": ordered(exact),
    "each layer’s own response": ordered(own),
    "the model’s response": ordered(through),
  },
  {
    title: "A net 3-4-4-3 of tanh units and a soft-max: 51 parameters",
    note: "Left: all parameters at once. Middle and right: the relative information of each layer.",
    quantity: "Fisher information",
    // So that small entries show beside large ones.
    scale: "cbrt",
    groups: layers.map(({ size: own }, i) => ({ name: `W${i + 1}`, size: own })),
  },
);
save("blocks", svg);
// #endregion
await backend.close();
