/** Settings that are no settings: every optimizer and transform refuses them by name. */
import { metrics } from "@metrigrad/metric";
import test from "tape";
import * as optim from "../src/index.ts";
import { classifier, contextOf } from "./problem.ts";

/** A function that takes any arguments, as from JavaScript. */
type Loose = (...given: unknown[]) => unknown;
const { adam, adamw, momentum, moments, precondition, quadraticStep, rngd, scale, sgd } =
  optim as unknown as Record<string, Loose>;
const {
  adafactor,
  adagrad,
  ema,
  lamb,
  lookahead,
  nadam,
  polynomialAverage,
  radam,
  sam,
  scheduleFree,
  shampoo,
} = optim as unknown as Record<string, Loose>;
const { oneCycleSchedule, piecewiseSchedule } = optim as unknown as Record<string, Loose>;
const { engd, lbfgs, lineSearch, lion, muon, rmsprop, soap, spring, ssbroyden } =
  optim as unknown as Record<string, Loose>;
const made = (settings: object) => () =>
  (rngd as typeof optim.rngd)(settings as optim.RngdSettings);

const cases: readonly (readonly [name: string, make: () => unknown, message: RegExp])[] = [
  [
    "sgd",
    () => sgd?.({ lr: 0.1 }),
    /sgd: options must be among learningRate, schedule, got lr; correct/,
  ],
  [
    "sgd of a number",
    () => sgd?.(0.1),
    /sgd: options must be an object, got 0.1; pass \{ learningRate/,
  ],
  [
    "momentum",
    () => momentum?.({ mu: 0.1 }),
    /momentum: options must be among .*nesterov.*, got mu/,
  ],
  [
    "what damping is added along",
    () => engd?.({ dampedBy: "trace" }),
    /engd: dampedBy must be "identity" or "diagonal" or "largest", got "trace"; leave it out/,
  ],
  [
    "momentum as a link",
    () => momentum?.(0.9, { nestrov: true }),
    /momentum: options must be among nesterov, got nestrov/,
  ],
  [
    "adam",
    () => adam?.({ beta3: 0.1 }),
    /adam: options must be among learningRate, beta1, beta2, epsilon, schedule, got beta3/,
  ],
  [
    "adamw",
    () => adamw?.({ decay: 0.1 }),
    /adamw: options must be among .*weightDecay.*, got decay/,
  ],
  [
    "rmsprop",
    () => rmsprop?.({ lr: 0.1 }),
    /rmsprop: options must be among learningRate, alpha, epsilon, momentum, centered, schedule, got lr/,
  ],
  [
    "rmsprop, centred",
    () => rmsprop?.({ centered: 1 }),
    /rmsprop: centered must be true or false, got 1; leave it out for false/,
  ],
  [
    "rmsprop beyond 1",
    () => rmsprop?.({ alpha: 2 }),
    /rmsprop: alpha must be a number in \[0, 1\], got 2/,
  ],
  [
    "adafactor",
    () => adafactor?.({ clip: 0 }),
    /adafactor: clip must be a finite number > 0, got 0/,
  ],
  ["adagrad", () => adagrad?.({ decay: 1 }), /adagrad: options must be among .*, got decay/],
  [
    "polynomialAverage",
    () => polynomialAverage?.(adam?.(), { power: -1 }),
    /polynomialAverage: power must be a finite/,
  ],
  ["ema", () => ema?.(adam?.(), { decay: 1 }), /ema: decay must be a number in .*, got 1/],
  ["lamb", () => lamb?.({ decayBiases: 1 }), /lamb: decayBiases must be true or false, got 1/],
  [
    "lookahead",
    () => lookahead?.(adam?.(), { every: 0 }),
    /lookahead: every must be a positive integer, got 0/,
  ],
  ["nadam", () => nadam?.({ momentumDecay: -1 }), /nadam: momentumDecay must be a finite number/],
  ["radam", () => radam?.({ beta2: 0.5 }), /radam: beta2 must be a number in \[0.67, 1\], got 0.5/],
  ["sam", () => sam?.(adam?.(), { rho: 1 }), /sam: options must be among radius, got rho/],
  [
    "sam inside accumulate",
    () => optim.accumulate(2, optim.sam(optim.sgd())).update(contextOf(classifier())),
    /sam: its gradients must be those of the batch, .*; accumulate inside of it: sam\(accumulate/,
  ],
  ["sam of nothing", () => sam?.({}), /sam: its first argument must be an optimizer, got object/],
  [
    "scheduleFree",
    () => scheduleFree?.(adam?.(), { beta: 2 }),
    /scheduleFree: beta must be a number in \[0, 1\], got 2/,
  ],
  [
    "shampoo",
    () => shampoo?.({ graft: "adam" }),
    /shampoo: graft must be true or false, got "adam"/,
  ],
  [
    "oneCycleSchedule",
    () => oneCycleSchedule?.({ rise: 1 }),
    /oneCycleSchedule: rise must be a number in .*, got 1/,
  ],
  [
    "piecewiseSchedule of a list",
    () => piecewiseSchedule?.([0.5, 0.1]),
    /piecewiseSchedule: factors must be .*, got a list/,
  ],
  [
    "lookahead around a quasi-Newton method",
    () => lookahead?.(lbfgs?.()),
    /lookahead: the optimizer inside must let its points be moved, got lbfgs; take ema/,
  ],
  [
    "piecewiseSchedule",
    () => piecewiseSchedule?.({ 2: 0.1 }),
    /piecewiseSchedule: factors must be numbers ≥ 0 by the share .*, got 0.1 from 2 on; pass/,
  ],
  ["engd", () => engd?.({ over: "batch" }), /engd: options must be among .*lineSearch, .*got over/],
  ["engd undamped", () => engd?.({ relative: 0 }), /is singular, so it must be damped/],
  [
    "lineSearch",
    () => lineSearch?.({ steps: 3 }),
    /lineSearch: options must be among rule, trials, shrink, longest, got steps/,
  ],
  [
    "lineSearch without trials",
    () => lineSearch?.({ trials: 0 }),
    /lineSearch: trials must be a number in \[1, 64\], got 0/,
  ],
  [
    "lineSearch by another rule",
    () => lineSearch?.({ rule: "armijo" }),
    /lineSearch: rule must be "grid" or "wolfe", got "armijo"; leave it out for "grid"/,
  ],
  [
    "lineSearch by Wolfe's conditions with a grid",
    () => lineSearch?.({ rule: "wolfe", shrink: 0.5 }),
    /lineSearch, wolfe: options must be among rule, trials, decrease, curvature, got shrink/,
  ],
  [
    "lineSearch with Wolfe's constants in the wrong order",
    () => engd?.({ lineSearch: { rule: "wolfe", decrease: 0.5, curvature: 0.1 } }),
    /lineSearch, wolfe: curvature must be a number in \[0.5, 1\), got 0.1/,
  ],
  [
    "lineSearch with half a trial",
    () => lineSearch?.({ rule: "wolfe", trials: 2.5 }),
    /lineSearch, wolfe: trials must be a positive integer, got 2.5/,
  ],
  [
    "a rank that is none",
    () => engd?.({ solver: "nystrom", rank: 0 }),
    /engd: rank must be an integer of at least 1, got 0; leave it out for the default/,
  ],
  [
    "a rank without a sketch",
    () => engd?.({ solver: "cg", rank: 10 }),
    /engd: rank is of the solver "nystrom", which must be asked for, got rank 10 without it; pass \{ solver/,
  ],
  [
    "no step without a sketch",
    () => precondition?.({ solver: { dense0: "cg" }, iterations: 0 }),
    /precondition: iterations must be an integer of at least 1, got 0; leave it out/,
  ],
  [
    "steps of an exact solver",
    made({ solver: "dense", iterations: 9 }),
    /rngd: iterations is of the solver "nystrom" or "cg", which must be asked for, got iterations 9/,
  ],
  ["spring", () => spring?.(1), /spring: momentum must be a number in \[0, 1\), got 1/],
  [
    "adapt by length",
    () => made({ adapt: { by: "length", omega: 0.5 } })(),
    /rngd, adapt by length: options must be among by, lower, .*got omega/,
  ],
  [
    "adapt by another thing",
    () => made({ adapt: { by: "width" } })(),
    /rngd, adapt: by must be "ratio" or "length", got "width"/,
  ],
  ["lion", () => lion?.({ beta1: -1 }), /lion: beta1 must be a number in \[0, 1\], got -1/],
  [
    "lion's decay",
    () => lion?.({ weightDecay: 2 }),
    /weightDecay: weightDecay must be a number in \[0, 1\], got 2/,
  ],
  ["muon", () => muon?.({ steps: 0 }), /muon: steps must be a positive integer, got 0; pass/],
  ["muon's rate", () => muon?.({ learningRate: -1 }), /muon: learningRate must be a finite number/],
  ["soap", () => soap?.({ every: 1.5 }), /soap: every must be a positive integer, got 1.5; pass/],
  ["soap's means", () => soap?.({ beta2: 1 }), /soap: beta2 must be a number in \[0, 1\), got 1/],
  [
    "lbfgs",
    () => lbfgs?.({ learningRate: 1 }),
    /lbfgs: options must be among memory, lineSearch, got learningRate/,
  ],
  [
    "lbfgs, memory",
    () => lbfgs?.({ memory: 0 }),
    /lbfgs: memory must be a positive integer, got 0/,
  ],
  [
    "lbfgs, its line search",
    () => lbfgs?.({ lineSearch: { c1: 1 } }),
    /lbfgs, lineSearch: options must be among decrease, curvature, .*, got c1/,
  ],
  [
    "lbfgs, Wolfe's constants in the wrong order",
    () => lbfgs?.({ lineSearch: { decrease: 0.5, curvature: 0.1 } }),
    /lbfgs, lineSearch: curvature must be a number in \[0.5, 1\), got 0.1/,
  ],
  [
    "ssbroyden",
    () => ssbroyden?.({ lineSearch: { evaluations: 2.5 } }),
    /ssbroyden, lineSearch: evaluations must be a positive integer, got 2.5/,
  ],
  [
    "moments",
    () => moments?.({ decay: 0.1 }),
    /moments: options must be among beta1, beta2, epsilon, got decay/,
  ],
  [
    "rngd",
    made({ learningrate: 3 }),
    /rngd: options must be among .*learningRate.*, got learningrate/,
  ],
  ["rngd of null", () => rngd?.(null), /rngd: options must be an object, got null/],
  [
    "precondition",
    () => precondition?.({ learningRate: 1 }),
    /precondition: options must be among metrics, relative, .*, got learningRate/,
  ],
  [
    "over by another name",
    made({ over: { average: 0.9, refreshEvery: 5 } }),
    /rngd, over: options must be among window, every, average, got refreshEvery/,
  ],
  ["over as a switch", made({ over: true }), /rngd, over: options must be an object, got true/],
  [
    "over in a word",
    made({ over: "average" }),
    /rngd, over: it must be "batch", \{ every \}, .* or \{ average, every \}, got average; choose one/,
  ],
  ["over nothing", made({ over: {} }), /rngd, over: it must be .*, got an empty object/],
  [
    "over an average that is never inverted",
    made({ over: { average: 0.9 } }),
    /rngd, over: it must be .*, got an average without `every`/,
  ],
  [
    "over a window and an average",
    made({ over: { window: 2, average: 0.9, every: 2 } }),
    /rngd, over: it must be .*, got a window and an average/,
  ],
  [
    "over a window of no batch",
    made({ over: { window: 0 } }),
    /rngd, over: window must be a positive integer, got 0; pass a number of batches/,
  ],
  [
    "over an average without decay",
    made({ over: { average: 1.5, every: 2 } }),
    /rngd, over: average must be a number in \[0, 1\], the decay ρ, got 1.5/,
  ],
  ["adapt as a switch", made({ adapt: true }), /rngd, adapt: options must be an object, got true/],
  [
    "a curvature by name",
    made({ adapt: { curvature: "metric" } }),
    /rngd, adapt: curvature must be a curvature, got metric; pass gaussNewtonCurvature/,
  ],
  [
    "quadratic as a switch",
    made({ quadratic: true }),
    /quadraticStep: options must be an object, got true/,
  ],
  [
    "a factor in place of a switch",
    () => quadraticStep?.({ momentum: 0.9 }),
    /quadraticStep: momentum must be true or false, got 0.9/,
  ],
  [
    "a curvature by name",
    () => quadraticStep?.({ curvature: "metric" }),
    /quadraticStep: curvature must be a curvature, got metric/,
  ],
  [
    "a learning rate as text",
    made({ learningRate: "0.1" }),
    /rngd: learningRate must be a finite number ≥ 0, got "0.1"/,
  ],
  [
    "a bound as a switch",
    made({ reject: true }),
    /reject: above must be a finite number ≥ 0, got true/,
  ],
  ["a bound of 0", made({ klClip: 0 }), /klClip: bound must be a finite number > 0, got 0/],
  ["a schedule", made({ schedule: 3 }), /rngd: schedule must be a schedule, got 3; call one/],
  [
    "sgd, a schedule that was not called",
    () => sgd?.({ schedule: optim.cosineSchedule }),
    /sgd: schedule must be a schedule/,
  ],
  ["scale of nothing", () => scale?.(), /scale: factor must be a finite number ≥ 0, got undefined/],
  ["scale of text", () => scale?.("0.1"), /scale: factor must be a finite number ≥ 0, got "0.1"/],
  ["forward", made({ forward: "both" }), /rngd: forward must be "train" or "infer", got "both"/],
  [
    "metrics",
    made({ metrics: {} }),
    /rngd, metrics: it must be a table of metrics, got \[object Object\]; pass/,
  ],
  [
    "metrics by name",
    made({ metrics: "kfac" }),
    /rngd, metrics: it must be a table of metrics, got kfac; pass .*metrics\.kfac\(\)/,
  ],
  [
    "what makes a table",
    made({ metrics: metrics.kfac }),
    /rngd, metrics: it must be a table of metrics, got the function kfacMetrics; pass .* call what makes one/,
  ],
  [
    "damping",
    made({ damping: 1 }),
    /rngd, damping: it must name blocks, or be a function of them, got 1/,
  ],
];

for (const [name, make, message] of cases) {
  test(`settings, ${name}: refused by name`, (t) => {
    t.throws(make, message);
    t.end();
  });
}

test("settings: what is refused when the step is made", (t) => {
  const refused = (settings: object, message: RegExp) =>
    t.throws(() => (made(settings)() as optim.Optimizer).update(contextOf(classifier())), message);
  refused(
    { damping: { dense0: 3 } },
    /rngd, damping of dense0: options must be an object, got 3; pass \{ relative/,
  );
  t.end();
});

test("settings: undefined is left out", (t) => {
  const left = made({ learningRate: undefined, klClip: undefined })() as optim.Optimizer;
  t.deepEqual(left.settings, optim.rngd().settings);
  t.end();
});
