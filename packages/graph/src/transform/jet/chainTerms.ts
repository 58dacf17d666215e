import { type Derivative, derivativeOf, isStacked, isSummed, type Part, textOf } from "./parts.ts";

/** An inner derivative of the chain rule, with a label for each of its leading axes. */
export interface Block {
  readonly derivative: Derivative;
  readonly labels: readonly number[];
}

/** A term of the chain rule: the derivative of the outer function along the blocks, summed over some labels. */
export interface ChainTerm {
  /** How often the term occurs in the sum. */
  readonly times: number;
  readonly blocks: readonly Block[];
  /** Labels that two blocks have and over which the term is summed. */
  readonly summed: readonly number[];
}

/**
 * The chain rule of any order (Faà di Bruno): D(φ∘h) as a sum over the partitions π of the parts of D,
 *
 * D(φ∘h) = Σ_π φ^(|π|)(h)[D_B h for B in π].
 *
 * A label is the position of a part in D. A part Σ ∂² has two halves. If both are in one block, the block itself is summed. So the
 * highest derivatives of h are needed only as a sum (Li et al. 2023, arXiv 2307.08214; Dangel et al. 2025, arXiv 2505.13644).
 * Otherwise two blocks have a label in common.
 *
 * The order of D is at least 1. Equal terms are joined.
 */
export function chainTerms(derivative: Derivative): readonly ChainTerm[] {
  const labels = derivative.flatMap((part, at) => {
    // Equal single directions are the same label.
    const first = derivative.findIndex(({ direction }) => direction === part.direction);
    if (isSummed(part)) return [at, at];
    return [isStacked(part) ? at : first];
  });
  const turns = exchanges(derivative);
  const found = new Map<string, { partition: number[][]; times: number }>();
  for (const partition of partitionsOf(labels)) {
    const texts = turns.map((turn) =>
      partition
        .map((block) => block.map((one) => turn.get(one) ?? one).sort((a, b) => a - b))
        .map((block) => block.join())
        .sort()
        .join("|"),
    );
    const text = texts.sort()[0] as string;
    const known = found.get(text);
    if (known === undefined) found.set(text, { partition, times: 1 });
    else known.times++;
  }
  return [...found.values()].map(({ partition, times }) => {
    const blocks = partition.map((block) => blockOf(derivative, block));
    const shared = blocks
      .flatMap((block) => block.labels)
      .filter((one, at, all) => all.indexOf(one) < at);
    return { times, blocks, summed: shared.sort((a, b) => a - b) };
  });
}

/** All ways to divide a list into blocks. */
function partitionsOf(items: readonly number[]): number[][][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return partitionsOf(rest).flatMap((partition) => [
    [[first], ...partition],
    ...partition.map((block, at) => partition.with(at, [first, ...block])),
  ]);
}

/** The exchanges of labels that leave the operator the same: those between equal sums. */
function exchanges(derivative: Derivative): Map<number, number>[] {
  const groups = new Map<string, number[]>();
  derivative.forEach((part, at) => {
    if (isSummed(part)) groups.set(textOf([part]), [...(groups.get(textOf([part])) ?? []), at]);
  });
  let all: [number, number][][] = [[]];
  for (const group of groups.values()) {
    all = all.flatMap((known) =>
      permutationsOf(group).map((order) => [
        ...known,
        ...group.map((one, at) => [one, order[at] as number] as [number, number]),
      ]),
    );
  }
  return all.map((pairs) => new Map(pairs));
}

function permutationsOf(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((one) =>
    permutationsOf(items.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  );
}

/** The inner derivative of a block, and its labels. */
function blockOf(derivative: Derivative, block: readonly number[]): Block {
  const parts: (Part & { readonly label: number })[] = [];
  for (const label of new Set(block)) {
    const { direction, kind } = derivative[label] as Part;
    const count = block.filter((one) => one === label).length;
    if (kind === "summed" && count === 2) parts.push({ direction, kind, label });
    else for (let k = 0; k < count; k++) parts.push({ direction, kind: "first", label });
  }
  const sorted = derivativeOf(parts.sort((a, b) => a.label - b.label)) as typeof parts;
  return { derivative: sorted, labels: sorted.filter(isStacked).map(({ label }) => label) };
}
