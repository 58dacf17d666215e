import type { Result } from "../result.ts";
import type { Session } from "../session.ts";
import { conv } from "./conv.ts";
import { elementwise } from "./elementwise.ts";
import { f64 } from "./f64.ts";
import { gemm } from "./gemm.ts";
import { gpu } from "./gpu.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { mpi } from "./mpi.ts";
import { profile } from "./profile.ts";
import { rngd } from "./rngd.ts";
import { scaling } from "./scaling.ts";
import { spd } from "./spd.ts";
import { step } from "./step.ts";

/** Every suite by name. */
export const suites: Readonly<Record<string, (session: Session) => Promise<Result[]>>> = {
  gemm,
  conv,
  spd,
  step,
  rngd,
  models,
  metrics,
  profile,
  elementwise,
  scaling,
  f64,
  gpu,
  mpi,
};
