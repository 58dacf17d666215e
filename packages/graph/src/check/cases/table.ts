import type { OpRow } from "../case.ts";
import { activationRows } from "./activation.ts";
import { arrangeRows } from "./arrange.ts";
import { binaryRows } from "./binary.ts";
import { choiceRows } from "./choice.ts";
import { convolutionRows } from "./convolution.ts";
import { denseRows } from "./dense.ts";
import { drawRows } from "./draws.ts";
import { dynamicRows } from "./dynamic.ts";
import { einsumRows } from "./einsum.ts";
import { factorRows } from "./factor.ts";
import { flowRows } from "./flows.ts";
import { fourierRows } from "./fourier.ts";
import { gammaRows } from "./gamma.ts";
import { gridRows } from "./grid.ts";
import { joinRows } from "./join.ts";
import { largeRows } from "./large.ts";
import { matrixRows } from "./matrix.ts";
import { normRows } from "./norm.ts";
import { orderRows } from "./order.ts";
import { piecewiseRows } from "./piecewise.ts";
import { placeRows } from "./places.ts";
import { poolingRows } from "./pooling.ts";
import { productRows } from "./product.ts";
import { reductionRows } from "./reduction.ts";
import { resampleRows } from "./resample.ts";
import { indexRows } from "./rows.ts";
import { runningRows } from "./running.ts";
import { scanRows } from "./scans.ts";
import { shapeRows } from "./shape.ts";
import { softmaxRows } from "./softmax.ts";
import { spectralRows } from "./spectral.ts";
import { trigonometricRows } from "./trigonometric.ts";
import { unaryRows } from "./unary.ts";

/**
 * Every op with its cases. {@link checkBackend} runs these by default.
 *
 * @category Checks
 */
export const opRows: readonly OpRow[] = [
  ...unaryRows,
  ...trigonometricRows,
  ...gammaRows,
  ...activationRows,
  ...piecewiseRows,
  ...binaryRows,
  ...choiceRows,
  ...shapeRows,
  ...joinRows,
  ...arrangeRows,
  ...gridRows,
  ...matrixRows,
  ...resampleRows,
  ...reductionRows,
  ...normRows,
  ...softmaxRows,
  ...productRows,
  ...einsumRows,
  ...convolutionRows,
  ...poolingRows,
  ...fourierRows,
  ...factorRows,
  ...denseRows,
  ...spectralRows,
  ...flowRows,
  ...indexRows,
  ...placeRows,
  ...dynamicRows,
  ...orderRows,
  ...runningRows,
  ...scanRows,
  ...drawRows,
  ...largeRows,
];
