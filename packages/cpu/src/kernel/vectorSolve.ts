import { callValue, type Floats, type Func, i32, type ModuleBuilder } from "../wasm/index.ts";
import { elementOf } from "./vector.ts";

const i = "i32" as const;

/**
 * One right-hand side, contiguous, in place. Parameters: l, its stride from one line to the next,
 * x, size. A line is a row of L (`Rows`) or a column of L (`Columns`), contiguous; `Back` solves
 * with L'.
 */
export function vectorSolvers(m: ModuleBuilder, dot: Func, subtract: Func, floats: Floats) {
  const { type, bytes, num } = floats;
  const at = elementOf(floats);
  const solver = (name: string, back: boolean, byRows: boolean) =>
    m.func(name, { params: [i, i, i, i], export: true }, (f, l, stride, x, size) => {
      const turn = f.local("i32");
      f.for(turn, 0, size, 1, () => {
        const k = f.let(back ? i32.sub(i32.sub(size, 1), turn) : turn);
        const line = f.let(i32.add(l, i32.mul(k, stride)));
        const own = f.let(at(x, k));
        const diagonal = num.load(at(line, k));
        const next = i32.add(k, 1);
        const after = i32.sub(size, next);
        if (byRows !== back) {
          // A row of L, or a column where L' is solved: the known part of x by a dot product.
          const known = back
            ? callValue(type, dot, i32.add(at(line, k), bytes), i32.add(own, bytes), after)
            : callValue(type, dot, line, x, k);
          f.do(num.store(own, num.div(num.sub(num.load(own), known), diagonal)));
        } else {
          f.do(num.store(own, num.div(num.load(own), diagonal)));
          const factor = num.load(own);
          if (back) f.call(subtract, x, line, k, factor);
          else f.call(subtract, i32.add(own, bytes), i32.add(at(line, k), bytes), after, factor);
        }
      });
    });
  return {
    solveRows: solver("solveRows", false, true),
    solveColumns: solver("solveColumns", false, false),
    solveRowsBack: solver("solveRowsBack", true, true),
    solveColumnsBack: solver("solveColumnsBack", true, false),
  };
}
