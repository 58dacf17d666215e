import type { Peer } from "../kit.ts";
import { load, versionOf } from "./module.ts";

interface Sample {
  readonly input: Float32Array;
  readonly output: Float32Array;
}

interface Brain {
  readonly NeuralNetwork: new (
    options: object,
  ) => {
    train(samples: readonly Sample[], options: object): unknown;
  };
}

/**
 * brain.js: plain JavaScript. It descends along one row after another and by the squared error, so
 * a step is as many rows, and its losses are not comparable.
 */
export const brain: Peer = {
  name: "brain.js",
  load: async () => {
    const { NeuralNetwork } = await load<Brain>("brain.js");
    return {
      name: "brain.js",
      version: `${versionOf("brain.js")}, JavaScript`,
      solvers: {
        step: async ({ optimizer, learningRate, batch, layers, x, labels }) => {
          const classes = layers.at(-1)?.outputs ?? 1;
          const width = x.length / batch;
          const samples = Array.from(labels, (label, row) => ({
            input: x.slice(row * width, (row + 1) * width),
            output: Float32Array.from({ length: classes }, (_, i) => (i === label ? 1 : 0)),
          }));
          const hiddenLayers = layers.slice(0, -1).map(({ outputs }) => outputs);
          const network = new NeuralNetwork({ hiddenLayers, activation: "relu" });
          const praxis = optimizer === "adam" ? { praxis: "adam" } : {};
          const options = { ...praxis, learningRate, errorThresh: 1e-12 };
          return {
            result: async () => null,
            time: async (count) => {
              const begun = performance.now();
              network.train(samples, { ...options, iterations: count });
              return (performance.now() - begun) / 1000;
            },
            close: async () => {},
          };
        },
      },
      close: async () => {},
    };
  },
};
