import {
  type AnyModule,
  batchNorm,
  conv2d,
  dense,
  flatten,
  globalAvgPool,
  type Initializer,
  lambda,
  lstm,
  type Module,
  maxPool2d,
  type Node,
  relu,
  reshape,
  sequential,
  skip,
  transformerBlock,
} from "metrigrad";
import { lstmSizes, residualBlocks, transformerSizes } from "../models.ts";
import type { ModelProblem, Values } from "../problems.ts";

/** Makes modules with the weights of a problem. */
type Weights = ModelProblem["weights"];

/** The model of a problem as a module that gives logits [rows, classes]. */
export function moduleOf({ model, weights }: ModelProblem): Module {
  const made = { LeNet: lenet, "ResNet-8": residual, LSTM: memory, transformer }[model];
  return made(weights) as Module;
}

/** Weights of the problem by the end of a variable's path, for modules that draw theirs; offsets are in the last row. */
export function writtenWeights({ model, weights }: ModelProblem): Record<string, Float32Array> {
  if (model !== "transformer") return {};
  const names = ["query", "key", "value", "out"].map((name) => [name, name] as const);
  const layers = ["expand", "contract"].map((name) => [`${name}/w`, name] as const);
  return Object.fromEntries(
    [...names, ...layers].map(([end, name]) => [end, valuesOf(weights, name)]),
  );
}

function lenet(weights: Weights): AnyModule {
  return sequential(
    convolution(weights, "conv0", { activation: relu }),
    maxPool2d(2),
    convolution(weights, "conv1", { activation: relu }),
    maxPool2d(2),
    flatten(),
    layer(weights, "dense0", relu),
    layer(weights, "dense1", relu),
    layer(weights, "dense2"),
  );
}

function residual(weights: Weights): AnyModule {
  const normalised = (name: string, outputs: number, stride: number, padding: number) =>
    sequential(
      convolution(weights, name, { stride, padding, bias: false }),
      batchNorm(outputs),
    ) as Module;
  const blocks = residualBlocks.map(({ name, inputs, outputs, stride }) => {
    const inner = sequential(
      normalised(`${name}/conv0`, outputs, stride, 1),
      lambda(relu),
      normalised(`${name}/conv1`, outputs, 1, 1),
    ) as Module;
    const same = inputs === outputs;
    const projection = same ? [] : [normalised(`${name}/projection`, outputs, stride, 0)];
    return sequential(skip(inner, ...projection), lambda(relu)) as Module;
  });
  return sequential(
    normalised("stem", 16, 1, 1),
    lambda(relu),
    ...blocks,
    globalAvgPool(),
    layer(weights, "head"),
  );
}

function memory(weights: Weights): AnyModule {
  const { inputs, units } = lstmSizes;
  const zeros = new Array<number>(4 * units).fill(0);
  return sequential(
    lstm(inputs, units, {
      inputInit: () => [...valuesOf(weights, "input"), ...zeros],
      recurrentInit: () => valuesOf(weights, "recurrent"),
      returns: "last",
    }),
    layer(weights, "head"),
  );
}

function transformer(weights: Weights): AnyModule {
  const { features, heads, width, classes } = transformerSizes;
  return sequential(
    transformerBlock(features, heads, { width, causal: true, dropout: 0 }),
    layer(weights, "head"),
    lambda((h: Node) => reshape(h, [-1, classes])),
  );
}

function valuesOf(weights: Weights, name: string): Float32Array {
  return given(weights, name).values;
}

function given(weights: Weights, name: string): Values {
  const found = weights[name];
  if (found === undefined) throw new Error(`the problem must have weights ${name}`);
  return found;
}

function layer(weights: Weights, name: string, activation?: typeof relu): Module {
  const { shape, values } = given(weights, name);
  const [inputs, outputs] = shape as [number, number];
  const settings = { init: () => values, ...(activation && { activation }) };
  return dense(inputs, outputs, settings) as Module;
}

/** A kernel [out, in, k, k] is a weight [in·k·k, out] here. */
function convolution(
  weights: Weights,
  name: string,
  settings: NonNullable<Parameters<typeof conv2d>[3]>,
): Module {
  const { shape, values } = given(weights, name);
  const [outputs, inputs, kernel] = shape as [number, number, number];
  const rows = inputs * kernel ** 2;
  const init: Initializer = () =>
    Float32Array.from(
      { length: values.length },
      (_, at) => values[(at % outputs) * rows + Math.floor(at / outputs)] as number,
    );
  return conv2d(inputs, outputs, kernel, { ...settings, init }) as Module;
}
