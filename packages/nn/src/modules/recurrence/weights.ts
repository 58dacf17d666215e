import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { param } from "../../core/parameter.ts";
import { drawUniform } from "../../init/draw.ts";
import type { TorchPiece } from "../../torch/layout.ts";

/**
 * Settings for the initial weights of a recurrent module or a cell.
 *
 * @category Models: layers
 */
export interface RecurrentWeightSettings {
  /** The initialiser of `input` with its bias row; uniform in ±1/√size by default. */
  readonly inputInit?: Initializer;
  /** The initialiser of `recurrent`; uniform in ±1/√size by default. */
  readonly recurrentInit?: Initializer;
}

/**
 * The sizes and the initial weights of a recurrent module or a cell.
 *
 * @category Models: layers
 */
export interface RecurrentWeightOptions {
  /** The width of the inputs. */
  readonly inputs: number;
  /** The number of units. */
  readonly size: number;
  /** The initialiser of `input` with its bias row. */
  readonly inputInit: Initializer;
  /** The initialiser of `recurrent`. */
  readonly recurrentInit: Initializer;
}

/** Returns the options of the weights. Throws ShapeError if a size is not a positive integer. */
export function weightOptions(
  where: string,
  inputs: number,
  size: number,
  { inputInit, recurrentInit }: RecurrentWeightSettings,
): RecurrentWeightOptions {
  for (const one of [inputs, size]) {
    if (Number.isInteger(one) && one > 0) continue;
    throw new ShapeError({
      where,
      must: "inputs and size must be positive integers",
      got: String(one),
      todo: `call ${where}(inputs, size)`,
    });
  }
  const uniform: Initializer = (context) => drawUniform(context, 1 / Math.sqrt(size));
  return { inputs, size, inputInit: inputInit ?? uniform, recurrentInit: recurrentInit ?? uniform };
}

/**
 * Returns the parameters `input` [inputs + 1, gates·size] and `recurrent` [size, gates·size], which may have one more row
 * for a bias.
 */
export function recurrentWeights(
  { gates, recurrentBias }: { readonly gates: number; readonly recurrentBias: boolean },
  { inputs, size, inputInit, recurrentInit }: RecurrentWeightOptions,
) {
  const decay = "all but the last row";
  const columns = gates * size;
  return {
    input: param([inputs + 1, columns], inputInit, { decay }),
    recurrent: recurrentBias
      ? param([size + 1, columns], recurrentInit, { decay })
      : param([size, columns], recurrentInit),
  };
}

/** Returns the pieces of PyTorch's tensors `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh` with a suffix such as "_l0". */
export function torchWeights(
  { gates, recurrentBias }: { readonly gates: number; readonly recurrentBias: boolean },
  { inputs, size }: Pick<RecurrentWeightOptions, "inputs" | "size">,
  suffix: string,
): Readonly<Record<"input" | "recurrent", readonly TorchPiece[]>> {
  const columns = gates * size;
  const bias = (name: string) => ({ name: `${name}${suffix}`, shape: [columns], optional: true });
  const [ofInput, ofState] = [bias("bias_ih"), bias("bias_hh")];
  const weight = (name: string, rows: number): TorchPiece => {
    return { name: `${name}${suffix}`, shape: [columns, rows], order: [1, 0] };
  };
  return {
    input: [
      weight("weight_ih", inputs),
      recurrentBias ? ofInput : { ...ofInput, plus: ofState.name },
    ],
    recurrent: [weight("weight_hh", size), ...(recurrentBias ? [ofState] : [])],
  };
}
