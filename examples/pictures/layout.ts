import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * Places for the nodes of a graph in the plane, so that distances on paper are like numbers of steps between them (Kamada and
 * Kawai 1989). It begins with two eigenvectors of the Laplacian, and moves one node after the other.
 * @param pairs - Which nodes are neighbours; the graph hangs together.
 * @param n - How many nodes there are.
 * @param turns - How often each is moved.
 * @returns [n][2]
 */
export function layout(
  pairs: readonly (readonly [number, number])[],
  n: number,
  turns = 100,
): [number, number][] {
  const steps = stepsBetween(pairs, n);
  const laplacian = Matrix.zeros(n, n);
  for (const [i, j] of pairs) {
    for (const [a, b] of [
      [i, j],
      [j, i],
    ] as const) {
      laplacian.set(a, b, -1);
      laplacian.set(a, a, laplacian.get(a, a) + 1);
    }
  }
  const { eigenvectorMatrix: vectors } = new EigenvalueDecomposition(laplacian, {
    assumeSymmetric: true,
  });
  // The first eigenvector is constant. Nodes with the same neighbours get places of their own.
  const places = Array.from({ length: n }, (_, i): [number, number] => [
    5 * vectors.get(i, 1) + 0.1 * Math.cos(i),
    5 * vectors.get(i, 2) + 0.1 * Math.sin(i),
  ]);
  for (let turn = 0; turn < turns; turn++) {
    for (const [i, [x, y]] of places.entries()) {
      let [across, up, all] = [0, 0, 0];
      for (const [j, [a, b]] of places.entries()) {
        if (j === i) continue;
        const far = steps[i]?.[j] as number;
        const longer = far / Math.max(1e-6, Math.hypot(x - a, y - b));
        across += (a + longer * (x - a)) / far ** 2;
        up += (b + longer * (y - b)) / far ** 2;
        all += 1 / far ** 2;
      }
      places[i] = [across / all, up / all];
    }
  }
  return places;
}

/** The least numbers of steps between all nodes (Floyd 1962). */
function stepsBetween(pairs: readonly (readonly [number, number])[], n: number): number[][] {
  const steps = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 0 : n)),
  );
  for (const [i, j] of pairs) {
    (steps[i] as number[])[j] = 1;
    (steps[j] as number[])[i] = 1;
  }
  for (const [k, by] of steps.entries()) {
    for (const row of steps) {
      for (let j = 0; j < n; j++) {
        row[j] = Math.min(row[j] as number, (row[k] as number) + (by[j] as number));
      }
    }
  }
  return steps;
}
