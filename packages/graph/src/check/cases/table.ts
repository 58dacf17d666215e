import type { OpRow } from "../case.ts";
import { activationRows } from "./activation.ts";
import { arrangeRows } from "./arrange.ts";
import { binaryRows } from "./binary.ts";
import { choiceRows } from "./choice.ts";
import { drawRows } from "./draws.ts";
import { dynamicRows } from "./dynamic.ts";
import { factorRows } from "./factor.ts";
import { gridRows } from "./grid.ts";
import { joinRows } from "./join.ts";
import { largeRows } from "./large.ts";
import { orderRows } from "./order.ts";
import { placeRows } from "./places.ts";
import { productRows } from "./product.ts";
import { reductionRows } from "./reduction.ts";
import { indexRows } from "./rows.ts";
import { runningRows } from "./running.ts";
import { scanRows } from "./scans.ts";
import { shapeRows } from "./shape.ts";
import { softmaxRows } from "./softmax.ts";
import { unaryRows } from "./unary.ts";

/** Every op with its cases: what `checkOp` and `checkBackend` run in this package's own tests. */
export const opRows: readonly OpRow[] = [
  ...unaryRows,
  ...activationRows,
  ...binaryRows,
  ...choiceRows,
  ...shapeRows,
  ...joinRows,
  ...arrangeRows,
  ...gridRows,
  ...reductionRows,
  ...softmaxRows,
  ...productRows,
  ...factorRows,
  ...indexRows,
  ...placeRows,
  ...dynamicRows,
  ...orderRows,
  ...runningRows,
  ...scanRows,
  ...drawRows,
  ...largeRows,
];
