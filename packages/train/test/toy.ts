import { type DataSet, dataSet, splitRows } from "@metrigrad/data";
import { relu } from "@metrigrad/graph";
import { dense, type Module, sequential } from "@metrigrad/nn";
import { tensor, uniformStream } from "@metrigrad/tensor";

/** Three classes of points around corners of a triangle, in bytes. */
export function toyData(
  rows = 130,
  split: readonly [number, number, number] = [90, 25, 15],
): DataSet {
  const { normal } = uniformStream({ seed: 3, path: "toy" });
  const centres = [
    [60, 60],
    [190, 60],
    [120, 190],
  ];
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
  const points = Uint8Array.from({ length: 2 * rows }, (_, at) => {
    const centre = centres[labels[at >> 1] as number] as number[];
    return Math.max(0, Math.min(255, (centre[at % 2] as number) + 20 * normal(at)));
  });
  const pool = { inputs: tensor(points, { shape: [rows, 2] }), targets: tensor(labels) };
  const parts = splitRows(pool, split, { seed: 1 });
  return dataSet({ name: "toy", ...parts, inputScale: 1 / 255, classes: 3 });
}

/** A small network for it. */
export function toyModel(): Module {
  return sequential(dense(2, 8, { activation: relu }), dense(8, 3)) as Module;
}
