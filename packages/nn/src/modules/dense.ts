import { affine } from "@metrigrad/graph";
import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `dense` takes beside its sizes. */
export interface DenseSettings {
  /** An op, or the name of one of metrigrad's; none by default: a linear layer. */
  readonly activation?: Activation | string;
  /** Initial weights [in, out]; Glorot's uniform by default. The bias starts at 0. */
  readonly init?: Initializer;
}

/** Their names. */
export const denseNames = ["activation", "init"] as const;

/** Options of a dense layer. */
export interface DenseOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation | null;
  readonly init: Initializer;
}

/**
 * h = f(X̃W): x [n, …, in] → [n, …, out], parameter `w` [in + 1, out] with the bias in its last row. Axes
 * between the first and the last, such as time, share the weights.
 * @throws ShapeError for sizes that are not positive integers and inputs of another width
 * @throws GraphError for an unknown activation
 */
export const dense = defModule({
  name: "dense",
  options: (inputs: number, outputs: number, settings: DenseSettings = {}): DenseOptions => {
    checkSettings("dense", settings, denseNames);
    for (const size of [inputs, outputs]) {
      if (Number.isInteger(size) && size > 0) continue;
      throw new ShapeError({
        where: "dense",
        must: "inputs and outputs must be positive integers",
        got: String(size),
        todo: "call dense(inputs, outputs, { activation })",
      });
    }
    const activation = activationOf("dense", settings.activation);
    return Object.freeze({ inputs, outputs, activation, init: settings.init ?? glorotUniform });
  },
  params: ({ inputs, outputs, init }) => ({
    w: param([inputs + 1, outputs], biasRow(init), { decay: "all but the last row" }),
  }),
  apply: ({ w }, x, { options }) => {
    if (x.shape.length < 2 || x.shape.at(-1) !== options.inputs) {
      throw new ShapeError({
        where: "dense",
        must: `its input must be [n, ${options.inputs}], or [n, …, ${options.inputs}]`,
        got: `[${x.shape.join(", ")}]`,
        todo: "check the sizes of the layers before it",
      });
    }
    const preActivation = affine(x, w);
    const response =
      options.activation === null ? preActivation : options.activation(preActivation);
    return { response, preActivation };
  },
});
