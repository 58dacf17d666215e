import { gapOf } from "./compare.ts";
import type { Contestant } from "./contestant.ts";
import { type Kit, NoKernel } from "./kit.ts";
import { interleaved } from "./measure.ts";
import type { Ours } from "./ours/variants.ts";
import type { Problems } from "./problems.ts";
import { type Result, resultOf } from "./result.ts";
import type { Session } from "./session.ts";

/** A problem that every library that can solves, and how to state the time that it takes. */
export interface Case<Kind extends keyof Problems> {
  readonly suite: string;
  readonly name: string;
  readonly kind: Kind;
  readonly problem: Problems[Kind];
  readonly unit: string;
  readonly better: Result["better"];
  /** The value in that unit of so many seconds for one run. */
  readonly value: (seconds: number) => number;
  /** Seconds that the answer may take, compiling included; by default two runs of the longest that counts. */
  readonly patience?: number;
  /** Largest difference of two answers, relative to the largest value of an answer. */
  readonly tolerance: number;
}

interface Entrant {
  readonly kit: Kit;
  readonly contestant: Contestant;
}

/**
 * Compares the answers of all contestants, then times them interleaved: one result for each variant
 * of metrigrad. A peer that fails, differs or is too slow is left out with a remark.
 */
export async function measureCase<Kind extends keyof Problems>(
  one: Case<Kind>,
  session: Session,
): Promise<Result[]> {
  const { suite, name, unit, better, value } = one;
  session.progress(`${suite} ${name}`);
  const lacks = new Map<Kit, string>();
  const entrants = await admitted(one, session, lacks);
  try {
    const contestants = entrants.map(({ contestant }) => contestant);
    const seconds = await interleaved(contestants, session.options);
    const values = new Map<Kit, number>();
    for (const [index, { kit }] of entrants.entries()) {
      const took = seconds[index] as number;
      if (Number.isFinite(took)) values.set(kit, value(took));
      else session.remark(`${suite} ${name}: ${kit.name} is too slow and left out`);
    }
    return session.ours
      .filter((kit) => values.has(kit))
      .map((kit) => {
        const rivals = rivalsOf(kit, session).filter(([, peer]) => values.has(peer));
        const peers = rivals.map(([label, peer]) => [label, values.get(peer) as number] as const);
        const measured = { suite, case: `${name} ${kit.variant}`, unit, better };
        const ours = values.get(kit) as number;
        const where = kit.device === undefined ? {} : { device: kit.device };
        const without =
          kit.single === null ? [...lacks].map(([peer, why]) => [peer.name, why]) : [];
        const gaps = without.length === 0 ? {} : { lacks: Object.fromEntries(without) };
        return resultOf({ ...measured, ...where, ...gaps, ours, peers: Object.fromEntries(peers) });
      });
  } finally {
    for (const { contestant } of entrants) await contestant.close();
  }
}

/** Those whose answer is that of the first variant of metrigrad, in time; notes the others whose library lacks a kernel. */
async function admitted<Kind extends keyof Problems>(
  { suite, name, kind, problem, tolerance, patience: answerPatience }: Case<Kind>,
  session: Session,
  lacks: Map<Kit, string>,
): Promise<Entrant[]> {
  const entrants: Entrant[] = [];
  let expected: ArrayLike<number> | null = null;
  for (const kit of [...session.ours, ...session.peers]) {
    const make = kit.solvers[kind];
    if (make === undefined) continue;
    let contestant: Contestant | null = null;
    try {
      contestant = await make(problem);
      const begun = performance.now();
      const answer = await contestant.result();
      const seconds = (performance.now() - begun) / 1000;
      const gap = expected === null || answer === null ? 0 : gapOf(expected, answer);
      expected ??= answer;
      if (answer === null) session.remark(`${kit.name}: its answers to a ${kind} are not compared`);
      // The first run on a graphics adapter compiles, so that only the warm-up tells.
      const own = answerPatience ?? 2 * session.options.most;
      const patience = kit.device === undefined ? own : Infinity;
      if (gap <= tolerance && seconds <= patience) {
        entrants.push({ kit, contestant });
        continue;
      }
      await contestant.close();
      contestant = null;
      if (gap <= tolerance)
        session.remark(`${suite} ${name}: ${kit.name} is too slow and left out`);
      else session.wrong(`${suite} ${name}: ${kit.name} differs by ${gap.toExponential(1)}`);
    } catch (error) {
      if (session.ours.some((own) => own === kit)) throw error;
      await contestant?.close();
      if (error instanceof NoKernel) lacks.set(kit, error.message);
      else session.wrong(`${suite} ${name}: ${kit.name} fails: ${(error as Error).message}`);
    }
  }
  return entrants;
}

/** What a variant is compared with: on one thread the peers, on several its own single thread. */
function rivalsOf({ single }: Ours, { peers }: Session): (readonly [label: string, kit: Kit])[] {
  return single === null ? peers.map((peer) => [peer.name, peer]) : [["1 thread", single]];
}
