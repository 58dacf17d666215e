import type { Node } from "../core/node.ts";

/** Values of a turn of which the values in all turns are asked for. */
export interface Asked {
  readonly nodes: readonly Node[];
  readonly take: (values: readonly (Node | null)[], turns: number) => void;
}

/** What is asked for in each of the scans that are making the graph of a turn now, the innermost last. */
const open: Asked[][] = [];

/**
 * How many scans are making the graph of a turn now: what is made inside is no value of the graph around.
 *
 * @returns The number, 0 outside of cells.
 */
export function openScans(): number {
  return open.length;
}

/**
 * Asks for the values that nodes of a turn have in all turns. For code that runs in the cell of a scan; outside of one
 * nothing happens.
 *
 * @param nodes - Nodes of the turn of the innermost scan.
 * @param take - Called when that scan is made, with the values [turns, …] as nodes of the graph around it, and the number
 *   of turns; null for what needs random draws that the turn does not make. Values that nobody reads cost nothing.
 */
export function inAllTurns(nodes: readonly Node[], take: Asked["take"]): void {
  open.at(-1)?.push({ nodes, take });
}

/** Makes the graph of a turn; and what was asked for meanwhile. */
export function insideScan<T>(make: () => T): {
  readonly made: T;
  readonly asked: readonly Asked[];
} {
  const asked: Asked[] = [];
  open.push(asked);
  try {
    return { made: make(), asked };
  } finally {
    open.pop();
  }
}
