import test from "tape";
import { gridColumns, gridOf } from "../../src/step/grid.ts";

test("gridOf: no part without work, none more than there are", (t) => {
  const off: string[] = [];
  for (const m of [1, 2, 5, 6, 7, 25, 50, 784]) {
    for (const n of [1, 8, 9, 16, 17, 80, 785]) {
      for (const parts of [1, 2, 3, 5, 8, 16, 61]) {
        const { rows, columns } = gridOf(m, n, parts);
        const panels = Math.ceil(n / gridColumns);
        const empty = (size: number, groups: number) =>
          Math.ceil(size / groups) * (groups - 1) >= size;
        if (rows * columns > parts || empty(m, rows) || empty(panels, columns)) {
          off.push(`${m}×${n} in ${parts}: ${rows}×${columns}`);
        }
      }
    }
  }
  t.deepEqual(off, []);
  t.end();
});

test("gridOf: long sides are cut, both where that is better", (t) => {
  t.deepEqual(gridOf(50, 80, 1), { rows: 1, columns: 1 });
  t.deepEqual(gridOf(784, 80, 2), { rows: 2, columns: 1 });
  t.deepEqual(gridOf(5, 785, 2), { rows: 1, columns: 2 });
  t.deepEqual(
    gridOf(50, 80, 2),
    { rows: 2, columns: 1 },
    "rows, of which neighbouring steps have the same",
  );
  const { rows, columns } = gridOf(48, 80, 16);
  t.ok(rows > 1 && columns > 1, `${rows}×${columns}`);
  t.end();
});
