export type { CaseValue, OpCase, OpFunction, OpRow } from "./case.ts";
export { opRows } from "./cases/table.ts";
export { type CheckBackendOptions, checkBackend } from "./checkBackend.ts";
export { type CheckOpOptions, checkOp } from "./checkOp.ts";
export type { CheckReport, CheckResult } from "./report.ts";
