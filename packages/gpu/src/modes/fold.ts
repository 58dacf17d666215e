import type { ReduceOp } from "@metrigrad/tensor";

/** How two values combine, as text. */
const combine: Readonly<Record<ReduceOp, (x: string, y: string) => string>> = {
  sum: (x, y) => `${x} + ${y}`,
  prod: (x, y) => `${x} * ${y}`,
  max: (x, y) => `mostOf(${x}, ${y})`,
  min: (x, y) => `leastOf(${x}, ${y})`,
};

/** The number of elements that are combined one by one before their value joins the rest. */
const run = 32;

/**
 * Returns lines of a kernel that reduce `length` values and return the result. They fold in runs, so that sums stay
 * accurate. `value` gives the lines that compute the value at a place, whose name is `result`.
 */
export function foldLines(
  op: ReduceOp,
  length: number,
  value: (at: string) => string,
  result: string,
): string[] {
  const join = combine[op];
  const full = Math.floor(length / run) * run;
  // A fold starts with its first value, because infinities have no literal.
  const fold = (from: string, count: number, name: string) => `
      let ${name} = 0.0;
      for (let i = 0; i < ${count}; i++) {
        ${value(`${from} + i`)}
        if (i === 0) { ${name} = ${result}; } else { ${name} = ${join(name, result)}; }
      }`;
  return [
    "let total = 0.0;",
    ...(full === 0
      ? []
      : [
          `for (let r = 0; r < ${full / run}; r++) {`,
          fold(`r * ${run}`, run, "part"),
          `if (r === 0) { total = part; } else { total = ${join("total", "part")}; }`,
          "}",
        ]),
    ...(length === full
      ? []
      : [
          fold(`${full}`, length - full, "rest"),
          full === 0 ? "total = rest;" : `total = ${join("total", "rest")};`,
        ]),
    "return total;",
  ];
}
