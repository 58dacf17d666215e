/** Small modules of the kinds that have a row of their own in `fullMetrics`, one number wide. */
import {
  dense,
  film,
  fourierFeatures,
  gaussianProcessFeatures,
  hyperDense,
  mixtureOfExperts,
  prelu,
  radialBasis,
  spectralNorm,
  swish,
  weightNorm,
} from "@metrigrad/nn";
import { drawnOf } from "./draws.ts";
import type { ModuleCase } from "./modules.ts";

const rows = drawnOf("rows", 3, 2);
const column = drawnOf("column", 3, 1);
const conditioned = { x: drawnOf("pairs", 2, 2, 1), condition: drawnOf("condition", 2, 1) };

/** By the name of the export. */
export const rowModules: Readonly<Record<string, readonly ModuleCase[]>> = {
  film: [{ module: film(1, 1), inputs: conditioned, acts: { w: "affine" } }],
  fourierFeatures: [
    {
      module: fourierFeatures(1, 1, { trainable: true }),
      inputs: column,
      acts: { b: "affine" },
    },
    { module: fourierFeatures(1, 1), inputs: column, acts: {} },
  ],
  gaussianProcessFeatures: [{ module: gaussianProcessFeatures(1, 2), inputs: column, acts: {} }],
  hyperDense: [{ module: hyperDense(1, 1, 1), inputs: conditioned, acts: { v: "affine" } }],
  mixtureOfExperts: [
    {
      module: mixtureOfExperts(2, { count: 2, make: () => dense(2, 1) }),
      inputs: rows,
      acts: { gate: "affine", "expert0/w": "affine", "expert1/w": "affine" },
    },
  ],
  prelu: [{ module: prelu(), inputs: column, acts: { a: "free" } }],
  radialBasis: [{ module: radialBasis(2, 1), inputs: rows, acts: { c: "free", u: "free" } }],
  spectralNorm: [{ module: spectralNorm(2, 1), inputs: rows, acts: { w: "free" } }],
  swish: [{ module: swish(), inputs: column, acts: { beta: "scale" } }],
  weightNorm: [{ module: weightNorm(2, 1), inputs: rows, acts: { v: "free", g: "free" } }],
};
