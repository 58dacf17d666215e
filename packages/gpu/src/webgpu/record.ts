import type { Ordered } from "../fuse/launches.ts";
import type { Shares } from "../wgsl/kernel.ts";
import type { Transfer } from "./bridge.ts";
import type { Commands } from "./device.ts";
import type { Prepared, Recipe } from "./program.ts";
import type { Timer } from "./timer.ts";

/** Dispatches in a row that serve the same steps of the plan. */
export interface Stage {
  readonly shares: Shares;
  readonly dispatches: readonly Ordered<Prepared>[];
  /** The number of passes that they take if no pass is open before them. */
  readonly passes: number;
}

/** The number of dispatches that are submitted together. A device may stop work that takes seconds in one piece. */
const mostAtOnce = 2000;

/** Records all dispatches, in one pass unless copies stand between them. */
export function record({ dispatches }: Recipe, commands: Commands): void {
  recordList(dispatches, commands, () => commands.encoder.beginComputePass());
}

/** Records all dispatches in stages that a timer measures. */
export function recordTimed(stages: readonly Stage[], commands: Commands, timer: Timer): void {
  let open = 0;
  stages.forEach(({ dispatches, passes }, stage) => {
    let begun = 0;
    const begin = () => {
      begun++;
      const pass = timer.pass(stage, begun === 1, begun === passes);
      return commands.encoder.beginComputePass(pass);
    };
    open += recordList(dispatches, commands, begin);
    if (open < mostAtOnce) return;
    commands.next();
    open = 0;
  });
}

/** Returns the stages of a program. Steps without a dispatch are in none. */
export function stagesOf({ dispatches, shares }: Pick<Recipe, "dispatches" | "shares">): Stage[] {
  const groups: { readonly shares: Shares; readonly own: Ordered<Prepared>[] }[] = [];
  dispatches.forEach((one, i) => {
    const next = shares[i] as Shares;
    const last = groups.at(-1);
    if (last !== undefined && isSameStep(last.shares, next)) last.own.push(one);
    else groups.push({ shares: next, own: [one] });
  });
  return groups
    .map(({ shares, own }) => ({ shares, dispatches: own, passes: passesOf(own) }))
    .filter(({ passes }) => passes > 0);
}

/** Whether both serve one step, which is the same. */
function isSameStep(a: Shares, b: Shares): boolean {
  const [step] = a.keys();
  return a.size === 1 && b.size === 1 && step !== undefined && b.has(step);
}

/** Returns the seconds of each of the plan's steps. Steps of one stage have its time by their shares. */
export function secondsOfSteps(
  stages: readonly Stage[],
  seconds: readonly number[],
  steps: number,
): number[] {
  const all = new Array<number>(steps).fill(0);
  stages.forEach(({ shares }, i) => {
    for (const [step, share] of shares) {
      all[step] = (all[step] as number) + share * (seconds[i] as number);
    }
  });
  return all;
}

/** Returns the number of passes that a list begins, by recording it nowhere. */
function passesOf(list: readonly Ordered<Prepared>[]): number {
  const nothing = () => undefined;
  const pass = {
    ...{ setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing },
  } as unknown as GPUComputePassEncoder;
  const encoder = { copyBufferToBuffer: nothing } as unknown as GPUCommandEncoder;
  let count = 0;
  recordList(list, { encoder, next: nothing }, () => {
    count++;
    return pass;
  });
  return count;
}

/**
 * Records a list. Passes come from `begin`, and end where copies stand between dispatches. After many dispatches, and after
 * each part of one that is cut, what is recorded is submitted. Returns the number of dispatches that are not.
 */
function recordList(
  list: readonly Ordered<Prepared>[],
  commands: Commands,
  begin: () => GPUComputePassEncoder,
): number {
  let pass: GPUComputePassEncoder | null = null;
  let open = 0;
  const copy = (transfers: readonly Transfer[]) => {
    if (transfers.length === 0) return;
    pass?.end();
    pass = null;
    for (const { from, fromOffset, to, toOffset, bytes } of transfers) {
      const [source, target] = [from.buffer as GPUBuffer, to.buffer as GPUBuffer];
      commands.encoder.copyBufferToBuffer(source, fromOffset, target, toOffset, bytes);
    }
  };
  /** Records a list; `turn` counts the turns of all surrounding loops as one number. */
  const emit = (list: readonly Ordered<Prepared>[], turn: number) => {
    for (const one of list) {
      if ("turns" in one) {
        for (let inner = 0; inner < one.turns; inner++) emit(one.body, turn * one.turns + inner);
        continue;
      }
      const { pipeline, bindings, parameters, x, y, before, after } = one;
      if (open >= mostAtOnce) {
        pass?.end();
        pass = null;
        commands.next();
        open = 0;
      }
      open += one.isCut ? mostAtOnce : 1;
      copy(before);
      pass ??= begin();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings, [parameters[parameters.length > 1 ? turn : 0] as number]);
      pass.dispatchWorkgroups(x, y);
      copy(after);
    }
  };
  emit(list, 0);
  (pass as GPUComputePassEncoder | null)?.end();
  return open;
}
