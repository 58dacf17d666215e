import type { OpRow } from "../case.ts";
import { binaryRows } from "./binary.ts";
import { choiceRows } from "./choice.ts";
import { drawRows } from "./draws.ts";
import { largeRows } from "./large.ts";
import { productRows } from "./product.ts";
import { reductionRows } from "./reduction.ts";
import { indexRows } from "./rows.ts";
import { shapeRows } from "./shape.ts";
import { unaryRows } from "./unary.ts";

/** Every op with its cases: what `checkOp` and `checkBackend` run in this package's own tests. */
export const opRows: readonly OpRow[] = [
  ...unaryRows,
  ...binaryRows,
  ...choiceRows,
  ...shapeRows,
  ...reductionRows,
  ...productRows,
  ...indexRows,
  ...drawRows,
  ...largeRows,
];
