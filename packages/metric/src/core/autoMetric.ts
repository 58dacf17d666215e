import { concat } from "@metrigrad/graph";
import { gaussian, type RowLaw as Law } from "@metrigrad/nn";
import { jacobianGram } from "../blocks/gram.ts";
import { checkLaw, checkOptions } from "./arguments.ts";
import { checkDescribed, type Described, type Metric } from "./defMetric.ts";
import { fisherColumns } from "./propagate.ts";
import { rowsOf } from "./rowsOf.ts";

/** What `autoMetric` may be told. */
export interface AutoMetricOptions {
  /** The law of the response, where the model names none; gaussian(1) by default. */
  readonly law?: Law;
}

/**
 * A row that computes J'F_rJ exactly by automatic differentiation, for a kind of module (or one
 * module) without a closed form: J is the Jacobian of the response [n, m] by all its parameters,
 * sample by sample, and F_r the law's Fisher information. It costs m pullbacks per sample and keeps
 * nm rows of all parameters. Its response must depend on its input row by row.
 */
export function autoMetric(of: Described, options: AutoMetricOptions = {}): Metric {
  checkDescribed("autoMetric", of);
  checkOptions("autoMetric", options, ["law"]);
  const given = options.law ?? null;
  checkLaw("autoMetric", given);
  return Object.freeze({
    of,
    source: "J'F_rJ by automatic differentiation",
    law: given,
    block: ({ params, reference, response, law, applyTo }) => {
      const own = Object.values(params);
      const columns = fisherColumns({ law: law ?? gaussian(), natural: response });
      const rows = rowsOf((x) => applyTo(x).response, reference, columns, own);
      const all = concat(rows, 2);
      const [only] = own;
      const shape =
        own.length === 1 && only?.shape.length === 2 ? only.shape : [all.shape[2] as number, 1];
      return [{ params: own, block: jacobianGram(all, { shape: shape as [number, number] }) }];
    },
    responseModel: ({ response, law }) => ({ law: law ?? gaussian(), natural: response }),
    example: null,
  } satisfies Metric);
}
