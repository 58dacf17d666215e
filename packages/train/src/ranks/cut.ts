import {
  concat,
  isVariable,
  mul,
  type Node,
  type Op,
  type OverRanks,
  overRanksOp,
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

/** A part of a step. After it the ranks add up the values of `exchanged`. */
export interface Stage {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
  /** The values of this rank in one row, for all means over ranks of which the inputs are known now; null in the last stage. */
  readonly exchanged: Variable | null;
}

/** What a step computes. */
export interface Whole {
  readonly outputs: readonly Node[];
  readonly updates: readonly Update[];
}

/** A step in stages, and the variables between them. */
export interface Cut {
  readonly stages: readonly Stage[];
  readonly variables: readonly Variable[];
}

let cuts = 0;

/**
 * Cuts a step at its means over ranks. A step without any is one stage.
 *
 * The inputs of all means that are known after a stage go to one variable, so that one message exchanges them. Other values of
 * this rank that a later stage needs go to variables too, so that nothing is computed twice. Throws GraphError if an update
 * follows from the rows of this rank alone, since the ranks' states would then differ.
 */
export function cutAtMeans(whole: Whole, ranks: Ranks): Cut {
  if (ranks.size === 1) return { stages: [{ ...whole, exchanged: null }], variables: [] };
  whole.updates.forEach(checkUpdate);
  const roots = [...whole.outputs, ...whole.updates.flatMap(([, ...values]) => values as Node[])];
  const order = topological(roots);
  const levels = levelsOf(order);
  const levelOf = (node: Node) => levels.get(node) ?? 0;
  const last = Math.max(0, ...roots.map(levelOf));
  const name = `ranks${cuts++}`;
  const means = order.filter(isMean);
  const replaced = new Map<Node, Node>();
  const variables: Variable[] = [];
  const kept = (path: string, { shape, type }: Pick<Node, "shape" | "type">) => {
    const made = variable(`${name}/${path}`, shape, { type: type as "float", role: "data" });
    variables.push(made);
    return made;
  };
  const saved = savedNodes(order, roots, levelOf);
  const stages: Stage[] = [];
  for (let level = 0; level < last; level++) {
    const own = means.filter((node) => levelOf(node) === level + 1);
    const inputs = own.map((node) => node.inputs[0] as Node);
    const later = saved.filter((node) => levelOf(node) === level);
    const now = replaceNodes([...inputs, ...later], replaced);
    const row = concat(
      now.slice(0, own.length).map((node) => reshape(node, [-1])),
      0,
    );
    const exchanged = kept(`exchanged${level}`, row);
    const updates: Update[] = [[exchanged, row]];
    let start = 0;
    for (const node of own) {
      const end = start + sizeOf(node.shape);
      const part = reshape(slice(exchanged, [[start, end]]), node.shape);
      const { by } = node.attrs as OverRanks;
      replaced.set(node, by === "mean" ? mul(part, 1 / ranks.size) : part);
      start = end;
    }
    later.forEach((node, at) => {
      const held = kept(`saved${level}_${at}`, node);
      updates.push([held, now[own.length + at] as Node]);
      replaced.set(node, held);
    });
    stages.push({ outputs: [], updates: [...updates, ...sameDraws(updates)], exchanged });
  }
  const now = replaceNodes(roots, replaced);
  const outputs = now.slice(0, whole.outputs.length);
  let next = outputs.length;
  const updates = whole.updates.map(([target, , when]): Update => {
    const value = now[next++] as Node;
    return when === undefined ? [target, value] : [target, value, now[next++] as Node];
  });
  stages.push({ outputs, updates, exchanged: null });
  return { stages, variables };
}

function isMean(node: Node): boolean {
  return node.op === (overRanksOp as Op);
}

/** The number of exchanges after which each node can be known. */
function levelsOf(order: readonly Node[]): Map<Node, number> {
  const levels = new Map<Node, number>();
  for (const node of order) {
    const before = Math.max(0, ...node.inputs.map((input) => levels.get(input) ?? 0));
    levels.set(node, isMean(node) ? before + 1 : before);
  }
  return levels;
}

/** Values of this rank that a later stage reads. What all ranks have alike is computed again. */
function savedNodes(
  order: readonly Node[],
  roots: readonly Node[],
  levelOf: (node: Node) => number,
): readonly Node[] {
  const last = Math.max(0, ...roots.map(levelOf));
  const found = new Set<Node>();
  const needed = (node: Node, level: number) => {
    if (levelOf(node) < level && variesOverRanks(node) && node.inputs.length > 0) found.add(node);
  };
  for (const node of order) {
    if (!isMean(node)) for (const input of node.inputs) needed(input, levelOf(node));
  }
  for (const root of roots) needed(root, last);
  return [...found];
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
