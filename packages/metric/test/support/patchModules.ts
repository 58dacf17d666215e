/** Small convolutions and pools, of every kind that nn exports: one channel, so that laws are integrated over one number. */
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  globalAvgPool,
  globalMaxPool,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { drawnOf } from "./draws.ts";
import type { ModuleCase } from "./modules.ts";

const series = drawnOf("series", 2, 1, 3);
const grey = drawnOf("grey", 2, 1, 2, 3);
const volumes = drawnOf("volumes", 2, 1, 2, 2, 2);
const affine = { w: "affine" } as const;

const pooled = (module: ModuleCase["module"], inputs: Tensor): readonly ModuleCase[] => [
  { module, inputs, acts: {} },
];

/** By the name of the export. */
export const patchModules: Readonly<Record<string, readonly ModuleCase[]>> = {
  conv1d: [{ module: conv1d(1, 1, 2, { stride: 2, padding: 1 }), inputs: series, acts: affine }],
  conv2d: [
    { module: conv2d(1, 1, 2, { activation: "tanh" }), inputs: grey, acts: affine },
    {
      module: conv2d(2, 2, [2, 1], { groups: 2, activation: "tanh" }),
      inputs: drawnOf("images", 2, 2, 2, 2),
      acts: { w: "grouped" },
    },
  ],
  conv3d: [{ module: conv3d(1, 1, [1, 2, 1], { bias: false }), inputs: volumes, acts: affine }],
  convTranspose1d: [{ module: convTranspose1d(1, 1, 2), inputs: series, acts: affine }],
  convTranspose2d: [
    { module: convTranspose2d(1, 1, 2, { padding: 1 }), inputs: grey, acts: affine },
  ],
  convTranspose3d: [
    { module: convTranspose3d(1, 1, [1, 1, 2], { stride: 2 }), inputs: volumes, acts: affine },
  ],
  adaptiveAvgPool1d: pooled(adaptiveAvgPool1d(2), series),
  adaptiveAvgPool2d: pooled(adaptiveAvgPool2d(2), grey),
  adaptiveMaxPool1d: pooled(adaptiveMaxPool1d(2), series),
  adaptiveMaxPool2d: pooled(adaptiveMaxPool2d(2), grey),
  avgPool1d: pooled(avgPool1d(2), series),
  avgPool2d: pooled(avgPool2d(2), grey),
  avgPool3d: pooled(avgPool3d(2), volumes),
  globalAvgPool: pooled(globalAvgPool(), grey),
  globalMaxPool: pooled(globalMaxPool(), grey),
  maxPool1d: pooled(maxPool1d(2), series),
  maxPool2d: pooled(maxPool2d(2), grey),
  maxPool3d: pooled(maxPool3d(2), volumes),
};
