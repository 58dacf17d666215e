import { arg, call, compileExpr, derivedFns } from "@metrigrad/tensor";

const program = compileExpr(call(derivedFns.lgamma, arg(0, "float")));

/** Returns ln Γ(x) on the host. */
export function lnGamma(x: number): number {
  return program([x]);
}
