import { compile, input, isNode, type Program, type Variable, variable } from "@metrigrad/graph";
import { type NodeTree, nodesOf } from "@metrigrad/nn";
import {
  type Handle,
  isTensor,
  mapTree,
  type Store,
  type Tensor,
  type Tree,
  tensor,
} from "@metrigrad/tensor";
import { resident } from "../data/resident.ts";
import { isSampler, type PointSampler } from "../points/sampler.ts";
import { isPointSource } from "../responses/checkPoints.ts";
import type { AnyPart } from "../responses/part.ts";
import { type PlacedPart, residualSize } from "../responses/partLoss.ts";
import type { Problem } from "../responses/responses.ts";
import { inferred } from "./inferred.ts";
import type { Solvable } from "./model.ts";

/** The points of a problem on a store. */
export interface ResidentPoints {
  readonly parts: readonly PlacedPart[];
  /** Draws the points that are due before a step, counted from 0. At the first step of a run all points are due. */
  renew(step: number, first: boolean): Promise<void>;
  /** Reads the present points of a part. */
  read(name: string): Promise<Tree<Tensor>>;
  /** Frees the programs that draw. */
  stop(): Promise<void>;
  /** Frees the points too. */
  close(): Promise<void>;
}

/** The programs that draw the points of a part. */
interface Drawing {
  readonly every: number;
  readonly program: Program<readonly Handle[]>;
}

/**
 * The feed of the seed and of the number of earlier draws. Draws follow from the step alone, so a run can go on at
 * any step.
 */
const drawState = "points drawn";

let made = 0;

/** Puts the points of a problem on a store. Points of a sampler have no value before the first `renew`. */
export async function residentPoints(
  where: string,
  store: Store,
  model: Solvable,
  problem: Problem<never>,
  seed: number,
): Promise<ResidentPoints> {
  const parts: PlacedPart[] = [];
  const drawings: Drawing[] = [];
  const releases: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(drawings.splice(0).map(({ program }) => program.close()));
  };
  const close = async () => {
    await stop();
    for (const release of releases.splice(0)) await release();
  };
  try {
    for (const [name, part] of Object.entries(problem.parts)) {
      const placed = await placedPart(store, name, part);
      parts.push(placed.part);
      releases.push(placed.release);
      if (placed.drawn.length === 0) continue;
      const updates = drawUpdates(where, placed, inferred(model, store));
      const program = await compile({ outputs: [], updates }, store);
      drawings.push({ every: part.resample ?? 0, program });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    parts,
    renew: async (step, first) => {
      for (const { every, program } of drawings) {
        const due = every > 0 && step % every === 0;
        if (!first && !due) continue;
        const drawn = every === 0 ? 0 : Math.floor(step / every);
        // A grid is the same at every draw, so its program takes no state.
        const taken = program.plan.feeds.length > 0;
        await program.run(taken ? { [drawState]: tensor(Uint32Array.of(seed, drawn)) } : {});
      }
    },
    read: async (name) => {
      const { at } = parts.find((one) => one.name === name) as PlacedPart;
      const leaves = nodesOf(at) as Variable[];
      const values = await Promise.all(leaves.map(({ attrs }) => store.read(attrs)));
      return mapTree(at, isNode, () => values.shift() as Tensor) as Tree<Tensor>;
    },
    stop,
    close,
  };
}

/** A part on a store, and the points that must be drawn for it. */
interface OnStore {
  readonly part: PlacedPart;
  readonly drawn: readonly {
    readonly path: string;
    readonly into: Variable;
    readonly by: PointSampler;
  }[];
  release(): Promise<void>;
}

async function placedPart(store: Store, name: string, part: AnyPart): Promise<OnStore> {
  const given: Tensor[] = [];
  const drawn: { path: string; into: Variable; by: PointSampler }[] = [];
  mapTree(part.at as never, isPointSource, (leaf, path) => {
    if (isSampler(leaf)) {
      const own = `data/${name}${path === "" ? "" : `/${path}`}/${made++}`;
      drawn.push({ path, by: leaf, into: variable(own, leaf.shape, { role: "data" }) });
    } else given.push(isTensor(leaf) ? leaf : tensor(leaf));
  });
  const fixed = await resident(store, name, given);
  const specs = drawn.map(({ into }) => into.attrs);
  const rest = fixed.trees.values() as IterableIterator<Variable>;
  const at = mapTree(part.at as never, isPointSource, (_, path) => {
    const own = drawn.find((one) => one.path === path);
    return own?.into ?? (rest.next().value as Variable);
  }) as unknown as NodeTree;
  try {
    await store.add(specs);
  } catch (error) {
    await fixed.release();
    throw error;
  }
  const release = async () => {
    await store.remove(specs);
    await fixed.release();
  };
  return { part: { name, part, at }, drawn, release };
}

/** Returns the updates that draw the next points of a part. */
function drawUpdates(where: string, { part: placed, drawn }: OnStore, u: unknown) {
  const { name, part, at } = placed;
  const state = input(drawState, [2], "u32");
  const whole = isNode(at) && part.law === undefined;
  const residual = whole
    ? (points: NodeTree) => residualSize(where, { ...placed, at: points }, u)
    : null;
  return drawn.map(({ path, into, by }) => {
    const key = `points/${name}${path === "" ? "" : `/${path}`}`;
    return [into, by.draw({ key, state, residual })] as const;
  });
}
