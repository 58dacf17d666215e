import {
  concat,
  isVariable,
  mul,
  type Node,
  type OverRanks,
  type Ranks,
  replaceNodes,
  reshape,
  rngState,
  slice,
  topological,
  type Update,
  type Variable,
  variable,
  variableName,
  variesOverRanks,
} from "@metrigrad/graph";
import { GraphError, sizeOf } from "@metrigrad/tensor";
import { isExchanged, levelsOf } from "./levels.ts";
import { valuesOf, type Whole, withValues } from "./whole.ts";
import { wideNodes } from "./wide.ts";
import { workOf } from "./work.ts";

/** A part of a step. After it the ranks add up the values of `summed`, and put together those of `gathered`. */
export interface Stage {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
  /** The values of this rank in one row, for all means and sums over ranks of which the inputs are known now; null if there are none. */
  readonly summed: Variable | null;
  /** The values that single ranks give to all; null if there are none. */
  readonly gathered: Gathered | null;
}

/** Values that the ranks put one after the other, each its own. */
export interface Gathered {
  /** The values of this rank in one row; null if it has none. */
  readonly part: Variable | null;
  /** The values of all ranks in one row. */
  readonly all: Variable;
}

/** A step in stages, and the variables between them. */
export interface Cut {
  readonly stages: readonly Stage[];
  readonly variables: readonly Variable[];
}

let cuts = 0;

/**
 * Cuts a step where its ranks exchange values. A step without that is one stage.
 *
 * The inputs of all exchanges that are known after a stage go to one variable, so that one message exchanges them. Other values of
 * this rank that a later stage needs go to variables too, so that nothing is computed twice. Throws GraphError if an update
 * follows from the rows of this rank alone, since the ranks' states would then differ.
 */
export function cutAtExchanges(whole: Whole, ranks: Ranks): Cut {
  const alone = { summed: null, gathered: null };
  if (ranks.size === 1) return { stages: [{ ...whole, ...alone }], variables: [] };
  whole.updates.forEach(checkUpdate);
  const roots = valuesOf(whole);
  const order = topological(roots);
  const levels = levelsOf(order);
  const levelOf = (node: Node) => levels.get(node) ?? 0;
  const last = Math.max(0, ...roots.map(levelOf));
  const name = `ranks${cuts++}`;
  const exchanges = order.filter(isExchanged);
  const replaced = new Map<Node, Node>();
  const variables: Variable[] = [];
  const kept = (path: string, { shape, type }: Pick<Node, "shape" | "type">) => {
    const made = variable(`${name}/${path}`, shape, { type: type as "float", role: "data" });
    variables.push(made);
    return made;
  };
  const saved = savedNodes(order, roots, ranks, levelOf);
  const stages: Stage[] = [];
  for (let level = 0; level < last; level++) {
    const known = exchanges.filter((node) => levelOf(node) === level + 1);
    const sums = known.filter(({ attrs }) => typeof attrs.by !== "number");
    const given = known.filter((node) => !sums.includes(node)).sort(byOwner);
    const own = given.filter(({ attrs }) => attrs.by === ranks.rank);
    const later = saved.filter((node) => levelOf(node) === level);
    const sources = [...sums, ...own].map((node) => node.inputs[0] as Node);
    const now = replaceNodes([...sources, ...later], replaced);
    const updates: Update[] = [];
    /** A variable for values one after the other. */
    const row = (path: string, values: readonly Node[]) => {
      if (values.length === 0) return null;
      const whole = concat(
        values.map((value) => reshape(value, [-1])),
        0,
      );
      const target = kept(`${path}${level}`, whole);
      updates.push([target, whole]);
      return target;
    };
    const summed = row("summed", now.slice(0, sums.length));
    const part = row("part", now.slice(sums.length, sources.length));
    const total = given.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const all = total === 0 ? null : kept(`gathered${level}`, { shape: [total], type: "float" });
    if (summed !== null) takeParts(summed, sums, replaced);
    if (all !== null) takeParts(all, given, replaced);
    later.forEach((node, at) => {
      const held = kept(`saved${level}_${at}`, node);
      updates.push([held, now[sources.length + at] as Node]);
      replaced.set(node, held);
    });
    stages.push({
      outputs: [],
      updates: [...updates, ...sameDraws(updates)],
      summed,
      gathered: all && { part, all },
    });
  }
  const now = replaceNodes(roots, replaced);
  stages.push({ ...withValues(whole, now), ...alone });
  return { stages, variables };
}

function byOwner({ attrs: a }: Node<OverRanks>, { attrs: b }: Node<OverRanks>): number {
  return (a.by as number) - (b.by as number);
}

/** Takes the values of nodes out of the row in which they were exchanged. */
function takeParts(
  row: Variable,
  nodes: readonly Node<OverRanks>[],
  replaced: Map<Node, Node>,
): void {
  let start = 0;
  for (const node of nodes) {
    const { by, size } = node.attrs;
    const end = start + sizeOf(node.shape);
    const part = reshape(slice(row, [[start, end]]), node.shape);
    replaced.set(node, by === "mean" ? mul(part, 1 / size) : part);
    start = end;
  }
}

/**
 * Values that this rank has after a stage and that it reads in a later one: those of its own, and those behind which there is much work.
 * Other values that all ranks have alike are computed again. So are values of 64 bits, from values that are kept: a variable has the
 * floats of the store.
 */
function savedNodes(
  order: readonly Node[],
  roots: readonly Node[],
  ranks: Ranks,
  levelOf: (node: Node) => number,
): readonly Node[] {
  const last = Math.max(0, ...roots.map(levelOf));
  const live = liveNodes(order, roots, ranks);
  const wide = wideNodes(order);
  const worked = new Set<Node>();
  for (const node of order) {
    const own = workOf(node) > sizeOf(node.shape);
    if (!isExchanged(node) && (own || node.inputs.some((input) => worked.has(input)))) {
      worked.add(node);
    }
  }
  const found = new Set<Node>();
  const seen = new Map<Node, number>();
  const needed = (node: Node, level: number) => {
    if (levelOf(node) >= level || node.inputs.length === 0 || isExchanged(node)) return;
    if (!variesOverRanks(node) && !worked.has(node)) return;
    if (!wide.has(node)) {
      found.add(node);
      return;
    }
    if ((seen.get(node) ?? 0) >= level) return;
    seen.set(node, level);
    for (const input of node.inputs) needed(input, level);
  };
  for (const node of order) {
    if (!isExchanged(node) && live.has(node)) {
      for (const input of node.inputs) needed(input, levelOf(node));
    }
  }
  for (const root of roots) needed(root, last);
  return [...found];
}

/** The nodes that this rank computes: it leaves out what only other ranks need for what they give. */
function liveNodes(
  order: readonly Node[],
  roots: readonly Node[],
  { rank }: Ranks,
): ReadonlySet<Node> {
  const live = new Set<Node>(roots);
  for (const node of [...order].reverse()) {
    const exchanged = isExchanged(node);
    const others = exchanged && typeof node.attrs.by === "number" && node.attrs.by !== rank;
    if (others || !(live.has(node) || exchanged)) continue;
    for (const input of node.inputs) live.add(input);
  }
  return live;
}

/** Draws are those of the whole step: its last stage counts them. */
function sameDraws(updates: readonly Update[]): readonly Update[] {
  const drawn = topological(updates.map(([, value]) => value)).includes(rngState);
  return drawn ? [[rngState, rngState]] : [];
}

function checkUpdate([target, ...values]: Update): void {
  if (!values.some((value) => value !== undefined && variesOverRanks(value))) return;
  const path = isVariable(target) ? variableName(target) : "";
  throw new GraphError({
    where: `distributed, update of ${path}`,
    must: "it must be the same on all ranks",
    got: "a value that follows from the rows of one rank",
    todo: "take another optimizer, or average what it reads: meanOverRanks(value, ranks)",
  });
}
