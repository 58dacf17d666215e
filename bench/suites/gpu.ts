import { BackendError } from "metrigrad";
import { isSoftware } from "../device.ts";
import type { Kit } from "../kit.ts";
import { type Ours, webgpu } from "../ours/variants.ts";
import { type Paced, paced } from "../pace.ts";
import { tfjsWebgl } from "../peers/tfjs/webgl.ts";
import { tfjsWebgpu } from "../peers/tfjs/webgpu.ts";
import { torch } from "../peers/torch/load.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";
import { type GrowingCase, gpuCases } from "./gpuCases.ts";

/** Seconds that a run may take on an adapter that is the processor: it is there to be right, not quick. */
const softwarePatience = 2;

/**
 * The gpu backend on WebGPU: products, the cost of a dispatch, training steps, blocks of a metric;
 * beside the cpu backend, TensorFlow.js on the same adapter, and PyTorch. Cases grow until a contestant
 * would take too long, as far as its last case tells; who is left out of what is noted.
 */
export async function gpu(session: Session): Promise<Result[]> {
  const ours = await session.join(webgpu(session.options.tune));
  if (ours === null) return [];
  const cpu = session.ours.at(-1);
  const peers: Kit[] = cpu === undefined ? [] : [cpu];
  for (const peer of [tfjsWebgpu, tfjsWebgl, torch]) {
    const kit = await session.join(peer);
    if (kit !== null) peers.push(kit);
  }
  const { most } = session.options;
  const patience = isSoftware(ours.device ?? "") ? Math.min(most, softwarePatience) : most;
  const results: Result[] = [];
  for (const cases of gpuCases) {
    results.push(...(await grown(cases, ours, peers, patience, session)));
  }
  return [...results, ...costsOf(results)];
}

/** Returns how many steps of SGD a step of RNGD takes on each network; both were measured in this run. */
export function costsOf(results: readonly Result[]): Result[] {
  return results.flatMap(({ case: name, ours, device }) => {
    if (!name.startsWith("rngd ")) return [];
    const sgd = results.find((one) => one.case === name.replace(/^rngd/, "sgd"));
    if (sgd === undefined) return [];
    const cost = { suite: "gpu", unit: "steps of sgd", better: "lower", peers: {} } as const;
    const where = device === undefined ? {} : { device };
    return [resultOf({ ...cost, ...where, case: `cost of ${name}`, ours: sgd.ours / ours })];
  });
}

/** Measures cases from small to large, each with those that can do it in time. */
export async function grown(
  cases: readonly GrowingCase[],
  ours: Ours,
  peers: readonly Kit[],
  patience: number,
  session: Session,
): Promise<Result[]> {
  const own = paced(ours);
  const others = peers.map(paced);
  const results: Result[] = [];
  for (const { name, kind, work, measure } of cases) {
    const inTime = ({ kit, expect }: Paced<Kit>) => {
      const seconds = expect(work);
      if (seconds <= patience) return true;
      const about = `about ${seconds.toPrecision(2)} s a run, above the ${patience} s that it may`;
      session.remark(`gpu ${name}: ${kit.name} is left out: it would take ${about}`);
      return false;
    };
    if (!inTime(own)) continue;
    const able = others.filter((one) => one.kit.solvers[kind] !== undefined && inTime(one));
    for (const one of [own, ...able]) one.begin(work);
    try {
      const now = { ...session, ours: [own.kit], peers: able.map(({ kit }) => kit) };
      results.push(...(await measure(now)));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      session.remark(`gpu ${name}: metrigrad webgpu refuses it: ${error.message}`);
    }
  }
  return results;
}
