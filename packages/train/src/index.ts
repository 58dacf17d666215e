export type { StepContext } from "./step/context.ts";
export { trainingStep } from "./trainingStep.ts";
export { DivergenceError } from "./divergence.ts";
