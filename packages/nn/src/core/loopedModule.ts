import {
  broadcastTo,
  constant,
  expandDims,
  inAllTurns,
  type Node,
  openScans,
  reshape,
  stopGradient,
  type Variable,
} from "@metrigrad/graph";
import type { Application, LoopedCall, LoopedModule } from "./application.ts";
import type { AnyModule, NodeTree } from "./module.ts";
import { mapNodes, nodesOf } from "./trees.ts";
import { usesOf } from "./uses.ts";

/** The modules, and their parameters, that the loops of a module call. */
export interface Looped {
  readonly params: Set<Variable>;
  readonly modules: Map<AnyModule, LoopedModule & { readonly calls: LoopedCall[] }>;
}

/** The input of a call in a cell, in all turns. */
export interface AllTurns {
  /** The input with leaves [turns·rows, …]. Null if a leaf has no rows of its own, such as the number of the turn. */
  readonly input: NodeTree | null;
  readonly turns: number;
  /** The rows of one turn. */
  readonly rows: number;
}

/**
 * Asks for the input of a module in all turns of the loops around it.
 *
 * @param input - The input in one turn.
 * @param outside - The number of scans that are open around the model.
 * @returns A function that gives the input once the loops are made. It gives null if the input needs draws of a turn.
 */
export function inputOfAllTurns(input: NodeTree, outside: number): () => AllTurns | null {
  const inner = nodesOf(input);
  const [first] = inner;
  const rows = first?.shape[0] ?? 0;
  const alike = rows > 0 && inner.every(({ shape }) => shape[0] === rows);
  let found: AllTurns | null = null;
  const ask = (nodes: readonly Node[], before: number) =>
    inAllTurns(nodes, (values, count) => {
      if (values.some((value) => value === null)) return;
      const turns = before * count;
      if (openScans() > outside) {
        ask(values as Node[], turns);
        return;
      }
      if (!alike) {
        found = { input: null, turns, rows };
        return;
      }
      const all = values.map((value, at) => {
        const { shape } = inner[at] as Node;
        const whole = reshape(value as Node, [turns * rows, ...shape.slice(1)]);
        // Later turns read values of earlier turns. The rows are taken as they are, without that dependence.
        return whole.type === "float" ? stopGradient(whole) : whole;
      });
      let at = 0;
      found = { input: mapNodes(input, () => all[at++] as Node), turns, rows };
    });
  ask(inner, 1);
  return () => found;
}

/** The parts of an application that are known at the call of the module. */
type Known = Omit<
  Application,
  "uses" | "reference" | "inputs" | "preActivation" | "response" | "extras" | "observed" | "looped"
>;

/** Makes an application of a call in a cell, on the rows of all turns. Calls without such rows give null. */
export function loopedCall(known: Known, allTurns: () => AllTurns | null): LoopedCall {
  let made: Application | null | undefined;
  const samplesOf = ({ turns, rows }: AllTurns) =>
    turns * (rows % known.samples === 0 ? known.samples : rows);
  const make = (): Application | null => {
    const all = allTurns();
    if (all === null || all.input === null) return null;
    const { turns, rows } = all;
    const tiled = (weights: Node | null) => {
      if (weights === null || rows % known.samples !== 0) return null;
      const each = broadcastTo(expandDims(weights, 0), [turns, ...weights.shape]);
      return reshape(each, [turns * (weights.shape[0] as number), ...weights.shape.slice(1)]);
    };
    const first = constant(0).id;
    const result = known.applyTo(all.input);
    return {
      ...known,
      ...result,
      uses: usesOf(nodesOf(result.response), Object.values(known.trained), first),
      reference: all.input,
      inputs: all.input,
      samples: samplesOf(all),
      rowWeights: tiled(known.rowWeights),
      routing: tiled(known.routing),
      observed: () => [],
      looped: [],
    };
  };
  return {
    application: () => {
      if (made === undefined) made = make();
      return made;
    },
    get share() {
      const all = allTurns();
      const samples = all === null ? known.samples : samplesOf(all);
      return samples % known.samples === 0 ? samples / known.samples : 1;
    },
  };
}

/** Adds the calls of a module to the calls that a loop makes of it. */
export function addCalls({ modules }: Looped, module: AnyModule, one: LoopedModule): void {
  const known = modules.get(module);
  if (known === undefined) modules.set(module, { ...one, calls: [...one.calls] });
  else known.calls.push(...one.calls);
}
