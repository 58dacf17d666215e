import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { param } from "../../core/parameter.ts";
import { drawUniform } from "../../init/draw.ts";

/** How the weights of a recurrent module or a cell begin. */
export interface RecurrentWeightSettings {
  /** Initial `input`, its bias row included; uniform in ±1/√size by default. */
  readonly inputInit?: Initializer;
  /** Initial `recurrent`; uniform in ±1/√size by default. */
  readonly recurrentInit?: Initializer;
}

/** Sizes and beginning of the weights of a recurrent module or a cell. */
export interface RecurrentWeightOptions {
  readonly inputs: number;
  readonly size: number;
  readonly inputInit: Initializer;
  readonly recurrentInit: Initializer;
}

/** Options of the weights. Throws ShapeError for sizes that are not positive integers. */
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

/** The parameters `input` [inputs + 1, gates·size] and `recurrent` [size, gates·size], which has a row more for a bias. */
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
