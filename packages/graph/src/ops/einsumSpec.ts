import { ShapeError, showShape } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/** The indices of the axes of each operand and of the result. */
export interface EinsumSpec {
  /** The indices of each operand. */
  readonly operands: readonly (readonly string[])[];
  /** The indices of the result. */
  readonly out: readonly string[];
}

/** Throws ShapeError with the text and the shapes that `einsum` was called with. */
export function refuseEinsum(spec: string, nodes: readonly Node[], must: string): never {
  throw new ShapeError({
    where: "einsum",
    must,
    got: `"${spec}" for ${nodes.map(({ shape }) => showShape(shape)).join(", ") || "nothing"}`,
    todo: 'write a letter per axis, as in "ij,jk->ik"; axes with one letter have one size',
  });
}

/**
 * Returns the letters of a part of the text, with "..." for the axes that have no letter; null if
 * the part cannot be read.
 */
function lettersOf(text: string): string[] | null {
  const [before = "", after, ...more] = text.replace(/\s/g, "").split("...");
  const plain = /^[A-Za-z]*$/;
  if (more.length > 0 || !plain.test(before) || !plain.test(after ?? "")) return null;
  return [...before, ...(after === undefined ? [] : ["...", ...after])];
}

/**
 * Names axes without letters. They are counted from the last one, so that operands with fewer of
 * them broadcast.
 */
const unnamed = (count: number) => Array.from({ length: count }, (_, i) => `.${count - i}`);

/**
 * Reads a text such as "ij,jk->ik" for some operands. Throws ShapeError if it does not fit them.
 */
export function einsumSpec(spec: string, nodes: readonly Node[]): EinsumSpec {
  const refuse = (must: string): never => refuseEinsum(spec, nodes, must);
  const [inputs = "", output, ...more] = String(spec).split("->");
  const parts = inputs.split(",").map(lettersOf);
  if (more.length > 0 || parts.includes(null))
    refuse("the text must be letters, commas and one ->");
  if (parts.length !== nodes.length)
    refuse(`there must be an operand for each of ${parts.length} parts`);
  let most = 0;
  const operands = (parts as string[][]).map((letters, k) => {
    const { shape } = nodes[k] as Node;
    const free = shape.length - letters.filter((one) => one !== "...").length;
    if (free < 0 || (free > 0 && !letters.includes("..."))) {
      refuse(`operand ${k} must have an axis for each letter`);
    }
    most = Math.max(most, free);
    return letters.flatMap((one) => (one === "..." ? unnamed(free) : [one]));
  });
  const letters = operands.flat().filter((one) => !one.startsWith("."));
  if (output === undefined) {
    const once = letters.filter((one) => letters.indexOf(one) === letters.lastIndexOf(one));
    return { operands, out: [...unnamed(most), ...once.sort()] };
  }
  const given = lettersOf(output);
  if (given === null) refuse("the text must be letters, commas and one ->");
  const out = (given as string[]).flatMap((one) => (one === "..." ? unnamed(most) : [one]));
  const known = out.every((one) => one.startsWith(".") || letters.includes(one));
  if (!known || new Set(out).size < out.length) {
    refuse("letters of the result must be of operands, and each stand once");
  }
  return { operands, out };
}
