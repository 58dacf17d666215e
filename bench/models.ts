import { uniformValues } from "./data.ts";
import type { ImageModel, ModelProblem, SequenceModel, Values } from "./problems.ts";

/** Sizes of the sequence models. */
export const lstmSizes = { batch: 32, turns: 64, inputs: 64, units: 128, classes: 10 } as const;
export const transformerSizes = {
  ...{ batch: 16, turns: 64, features: 128, heads: 4, width: 512, classes: 64 },
} as const;

/** Channels and stride of the residual blocks; a block whose shape changes has a projection. */
export const residualBlocks = [
  { name: "block0", inputs: 16, outputs: 16, stride: 1 },
  { name: "block1", inputs: 16, outputs: 32, stride: 2 },
  { name: "block2", inputs: 32, outputs: 64, stride: 2 },
] as const;

const images = 50;

/** LeNet with relu and largest elements on 28×28, or the residual network of depth 8 on 3×32×32. */
export function imageProblem(model: ImageModel): ModelProblem<ImageModel> {
  const shape = model === "LeNet" ? [images, 1, 28, 28] : [images, 3, 32, 32];
  return {
    model,
    optimizer: "sgd",
    learningRate: 1e-2,
    x: drawn(shape, 7, 1),
    ...labelled(images, 10),
    weights: weighed(model === "LeNet" ? lenet : residual()),
  };
}

/** A memory whose last response goes through a dense layer. */
export function lstmProblem(turns: number = lstmSizes.turns): ModelProblem<SequenceModel> {
  const { batch, inputs, units, classes } = lstmSizes;
  return {
    ...{ model: "LSTM", optimizer: "adam", learningRate: 1e-4 },
    x: drawn([batch, turns, inputs], 7, 1),
    ...labelled(batch, classes),
    weights: weighed({
      input: [inputs, 4 * units],
      recurrent: [units, 4 * units],
      head: [units, classes],
    }),
  };
}

/** A block with causal attention, normalised after its sums, and a dense layer at every position. */
export function transformerProblem(): ModelProblem<SequenceModel> {
  const { batch, turns, features, width, classes } = transformerSizes;
  const square = [features, features];
  return {
    ...{ model: "transformer", optimizer: "adam", learningRate: 1e-4 },
    x: drawn([batch, turns, features], 7, 1),
    ...labelled(batch * turns, classes),
    weights: weighed({
      ...{ query: square, key: square, value: square, out: square },
      ...{ expand: [features, width], contract: [width, features], head: [features, classes] },
    }),
  };
}

type Shapes = Readonly<Record<string, readonly number[]>>;

const lenet: Shapes = {
  ...{ conv0: [6, 1, 5, 5], conv1: [16, 6, 5, 5] },
  ...{ dense0: [256, 120], dense1: [120, 84], dense2: [84, 10] },
};

function residual(): Shapes {
  const blocks = residualBlocks.flatMap(({ name, inputs, outputs }) => [
    [`${name}/conv0`, [outputs, inputs, 3, 3]],
    [`${name}/conv1`, [outputs, outputs, 3, 3]],
    ...(inputs === outputs ? [] : [[`${name}/projection`, [outputs, inputs, 1, 1]]]),
  ]);
  return { stem: [16, 3, 3, 3], ...Object.fromEntries(blocks), head: [64, 10] };
}

/** Weights that keep the size of values, by the number of terms of a sum. */
function weighed(shapes: Shapes): Readonly<Record<string, Values>> {
  const entries = Object.entries(shapes).map(([name, shape], at) => {
    const [first = 1, ...rest] = shape;
    const terms = shape.length === 2 ? first : rest.reduce((size, n) => size * n, 1);
    return [name, drawn(shape, 10 + at, Math.sqrt(3 / terms))] as const;
  });
  return Object.fromEntries(entries);
}

/** Uniform in ±limit. */
function drawn(shape: readonly number[], seed: number, limit: number): Values {
  const size = shape.reduce((all, n) => all * n, 1);
  return { shape, values: uniformValues(size, seed, -limit, limit) };
}

function labelled(rows: number, classes: number) {
  return { classes, labels: Int32Array.from({ length: rows }, (_, row) => (7 * row) % classes) };
}
