import {
  applierOf,
  concat,
  constant,
  convert,
  evaluate,
  mnist,
  type Node,
  oneHot,
  reshape,
  type Store,
  sigmoid,
  type Tensor,
  tensor,
  uniformStream,
} from "metrigrad";
import type { conditionalVae } from "./conditional-vae.ts";

const side = 14;

/** Pictures of digits, [rows, 1, 14, 14] of ink from 0 to 1, with what each shows. */
export async function digitsGiven(rows: number, seed: number) {
  const { train } = await mnist({ seed, split: [rows, 0, 0] });
  const from = convert(train.inputs, "f32").data();
  const images = Float32Array.from({ length: rows * side * side }, (_, at) => {
    const [row, place] = [Math.floor(at / side ** 2), at % side ** 2];
    const corner = 784 * row + 56 * Math.floor(place / side) + 2 * (place % side);
    const four = [0, 1, 28, 29].map((offset) => from[corner + offset] as number);
    return four.reduce((a, b) => a + b, 0) / (4 * 255);
  });
  return { images: tensor(images, { shape: [rows, 1, side, side] }), labels: train.targets };
}

type Model = ReturnType<typeof conditionalVae>;

/**
 * Draws pictures of digits.
 * @param asked - Which digits.
 * @returns ink of each, [asked, 196], from 0 to 1
 */
export async function drawDigits({ options }: Model, store: Store, asked: readonly number[]) {
  const { latent, channels, parts } = options;
  const { unfolded, spread, drawn } = parts;
  const rows = asked.length;
  const stream = uniformStream({ seed: 5, path: "examples/conditional-vae" });
  const codes = Float32Array.from({ length: rows * latent }, (_, at) => stream.normal(at));
  const applier = applierOf({
    mode: "infer",
    rowWeights: null,
    pathOf: (spec) => store.pathOf(spec),
  });
  const call = (module: typeof unfolded | typeof drawn, x: Node) =>
    applier.apply(module, x).response as Node;
  const z = constant(tensor(codes, { shape: [rows, latent] }));
  const given = concat([z, oneHot(constant(tensor(Int32Array.from(asked))), 10)], 1);
  const places = reshape(call(spread, call(unfolded, given)), [-1, channels, 7, 7]);
  const ink = sigmoid(reshape(call(drawn, places), [-1, side * side]));
  return (await evaluate(ink, { store })).toArray() as number[][];
}

/**
 * Draws pictures of every digit, and says how many of them are nearest to the mean picture of the digit that was asked for; and the cost of
 * pictures for who knows the mean of each pixel for each digit.
 */
export async function judged(
  model: Model,
  store: Store,
  { images, labels }: { images: Tensor; labels: Tensor },
) {
  const means = meansOf(images, labels);
  const asked = Array.from({ length: 200 }, (_, at) => at % 10);
  const right = (await drawDigits(model, store, asked)).filter((picture, at) => {
    const far = means.map((mean) =>
      picture.reduce((sum, p, i) => sum + (p - (mean[i] ?? 0)) ** 2, 0),
    );
    return far.indexOf(Math.min(...far)) === asked[at];
  });
  return {
    "cost of mean pixels by digit": meanCost(images, labels, means),
    "drawn digits that are those asked for": right.length / asked.length,
  };
}

function meansOf(images: Tensor, labels: Tensor): number[][] {
  const [pixels, shown] = [images.data(), labels.data()];
  const size = side * side;
  return Array.from({ length: 10 }, (_, digit) => {
    const rows = Array.from(shown, (label, row) => (label === digit ? row : -1)).filter(
      (row) => row >= 0,
    );
    return Array.from({ length: size }, (_, i) => {
      const sum = rows.reduce((total, row) => total + (pixels[row * size + i] as number), 0);
      return (sum + 0.01) / (rows.length + 0.02);
    });
  });
}

/** −ln p of pictures in nats, pixels on their own. */
function meanCost(images: Tensor, labels: Tensor, means: readonly number[][]): number {
  const [pixels, shown] = [images.data(), labels.data()];
  const size = side * side;
  let cost = 0;
  for (let at = 0; at < pixels.length; at++) {
    const p = means[shown[Math.floor(at / size)] as number]?.[at % size] ?? 0.5;
    const ink = pixels[at] as number;
    cost -= ink * Math.log(p) + (1 - ink) * Math.log(1 - p);
  }
  return cost / shown.length;
}
