import type { Op } from "../core/op.ts";
import { affineOp } from "./affine.ts";
import { affinePatchesOp } from "./affinePatches.ts";
import { add, mul } from "./arithmetic.ts";
import { gatherOp } from "./gather.ts";
import { where } from "./logic.ts";
import { matmulOp } from "./matmul.ts";
import { reshapeOp } from "./reshape.ts";
import { transposeOp } from "./transpose.ts";

/**
 * The ops that show, from the nodes alone, how a value is used. Compare them with `node.op`.
 *
 * @category Graph: own ops
 */
export const structuralOps: Readonly<
  Record<
    | "affine"
    | "affinePatches"
    | "matmul"
    | "transpose"
    | "reshape"
    | "gather"
    | "add"
    | "mul"
    | "where",
    Op
  >
> = Object.freeze({
  affine: affineOp as Op,
  affinePatches: affinePatchesOp as unknown as Op,
  matmul: matmulOp as Op,
  transpose: transposeOp as Op,
  reshape: reshapeOp as Op,
  gather: gatherOp as Op,
  add: add.op as Op,
  mul: mul.op as Op,
  where: where.op as Op,
});
