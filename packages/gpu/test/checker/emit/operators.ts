import type { Scalar } from "../text/tree.ts";

export const comparisons = ["==", "!=", "<", ">", "<=", ">="];
export const bitSigns = ["&", "|", "^"];

/** Returns an operation on two scalars of a type as JavaScript; null if the type does not have it. */
export function operationText(sign: string, of: Scalar, x: string, y: string): string | null {
  if (sign === "==" || sign === "!=") return `(${x}${sign}=${y})`;
  if (of === "bool") return { "&": `(${x}&&${y})`, "|": `(${x}||${y})` }[sign] ?? null;
  if (comparisons.includes(sign)) return `(${x}${sign}${y})`;
  if (of === "u32") return wholeText(sign, x, y, ">>>0", "U");
  if (of === "i32") return wholeText(sign, x, y, "|0", "I");
  return "+-*/%".includes(sign) ? `f(${x}${sign}${y})` : null;
}

function wholeText(sign: string, x: string, y: string, wrap: string, name: string): string {
  if (sign === "*") return name === "I" ? `imul(${x},${y})` : `(imul(${x},${y})>>>0)`;
  if (sign === "/" || sign === "%") {
    const isKnown = /^[1-9]\d*$/.test(y);
    if (isKnown) return sign === "/" ? `((${x}/${y})${wrap})` : `(${x}%${y})`;
    return `${sign === "/" ? "divided" : "rest"}${name}(${x},${y})`;
  }
  if (sign === ">>") return name === "I" ? `(${x}>>${y})` : `(${x}>>>${y})`;
  return `((${x}${sign}${y})${wrap})`;
}

/** Returns the result of an operation on numbers without a type; null if there is none. */
export function folded(sign: string, of: "int" | "float", x: number, y: number): number | null {
  if (sign === "+") return x + y;
  if (sign === "-") return x - y;
  if (sign === "*") return x * y;
  if (sign === "/" && y !== 0) return of === "int" ? Math.trunc(x / y) : x / y;
  if (sign === "%" && y !== 0) return x % y;
  if (of === "float") return null;
  if (sign === "<<") return x * 2 ** y;
  return sign === ">>" ? Math.floor(x / 2 ** y) : null;
}
