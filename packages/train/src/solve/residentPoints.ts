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
  /** Draws what is to be drawn before a step, counted from 0; at the first one everything. */
  renew(step: number, first: boolean): Promise<void>;
  /** The points of a part as they are. */
  read(name: string): Promise<Tree<Tensor>>;
  /** Frees the programs that draw. */
  stop(): Promise<void>;
  /** Frees the points too. */
  close(): Promise<void>;
}

/** What the draws of a part are made by. */
interface Drawing {
  readonly every: number;
  readonly program: Program<readonly Handle[]>;
}

/** Feed of the seed and of the number of draws before: draws follow from the step alone, so a run can go on anywhere. */
const drawState = "points drawn";

let made = 0;

/** Puts the points of a problem on a store. Drawn ones have no value before they are renewed. */
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
        // A grid is the same at every draw: its program takes no state.
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

/** A part on a store, and what must be drawn for it. */
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

/** The next points of a part. */
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
