import type { Peer } from "../kit.ts";
import { brain } from "./brain.ts";
import { jaxJs } from "./jax/load.ts";
import { loops } from "./loops.ts";
import { mlMatrix } from "./mlMatrix.ts";
import { openblas, openblasAvx2 } from "./openblas/load.ts";
import { tfjsCpu, tfjsWasm } from "./tfjs/load.ts";

/** Every peer, in the order of the tables' columns. */
export const peers: readonly Peer[] = [
  openblas,
  openblasAvx2,
  tfjsWasm,
  jaxJs,
  tfjsCpu,
  mlMatrix,
  brain,
  loops,
];
