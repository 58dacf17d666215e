import type { OpRow } from "../case.ts";
import { activationRows } from "./activation.ts";
import { binaryRows } from "./binary.ts";
import { choiceRows } from "./choice.ts";
import { denseRows } from "./dense.ts";
import { drawRows } from "./draws.ts";
import { dynamicsRows } from "./dynamics.ts";
import { factorRows } from "./factor.ts";
import { joinRows } from "./join.ts";
import { largeRows } from "./large.ts";
import { productRows } from "./product.ts";
import { reductionRows } from "./reduction.ts";
import { indexRows } from "./rows.ts";
import { scanRows } from "./scans.ts";
import { shapeRows } from "./shape.ts";
import { softmaxRows } from "./softmax.ts";
import { spectralRows } from "./spectral.ts";
import { unaryRows } from "./unary.ts";

/** Every op with its cases: what `checkOp` and `checkBackend` run in this package's own tests. */
export const opRows: readonly OpRow[] = [
  ...unaryRows,
  ...activationRows,
  ...binaryRows,
  ...choiceRows,
  ...shapeRows,
  ...joinRows,
  ...reductionRows,
  ...softmaxRows,
  ...productRows,
  ...factorRows,
  ...denseRows,
  ...spectralRows,
  ...dynamicsRows,
  ...indexRows,
  ...scanRows,
  ...drawRows,
  ...largeRows,
];
