import type { Node } from "../core/node.ts";

/** Nodes of a turn whose values in all turns are asked for, and the function that takes these values. */
export interface Asked {
  readonly nodes: readonly Node[];
  readonly take: (values: readonly (Node | null)[], turns: number) => void;
}

/** What is asked for in each scan that is making the graph of a turn now. The innermost scan is last. */
const open: Asked[][] = [];

/**
 * Returns how many scans are making the graph of a turn now.
 *
 * A node that is made inside of such a cell is no value of the graph around it.
 *
 * @returns The number; 0 outside of cells.
 * @nothrow
 * @category Graph: loops and maps
 */
export function openScans(): number {
  return open.length;
}

/**
 * Asks for the values that nodes of a turn have in all turns.
 *
 * Call it in the cell of a {@link scan}. Outside of a cell it does nothing. Values that nobody reads cost nothing.
 *
 * @param nodes - Nodes of a turn of the innermost scan.
 * @param take - Called when that scan is made, with the values [turns, …] and the number of turns. The values are nodes of the
 *   graph around the scan. A value is null if it needs random draws that the turn does not make.
 * @nothrow
 * @category Graph: loops and maps
 */
export function inAllTurns(nodes: readonly Node[], take: Asked["take"]): void {
  open.at(-1)?.push({ nodes, take });
}

/** Makes the graph of a turn, and returns with it what was asked for meanwhile. */
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
