import { isStoredOnly, ShapeError, showShape } from "@metrigrad/tensor";
import type { Node } from "./node.ts";

/** Throws ShapeError unless all operands that are there are float. */
export function checkFloats(
  where: string,
  ...operands: readonly (Node | null | undefined)[]
): void {
  const given = operands.filter((x) => x !== null && x !== undefined);
  if (given.every(({ type }) => type === "float")) return;
  throw new ShapeError({
    where,
    must: given.length === 1 ? "the operand must be float" : "the operands must be float",
    got: given.map(({ type, shape }) => `${type} ${showShape(shape)}`).join(" and "),
    todo: 'cast(x, "float") first',
  });
}

/** Throws ShapeError for values that are only stored: u8 and f16. */
export function checkNotStored(where: string, { type }: Node): void {
  if (!isStoredOnly(type)) return;
  throw new ShapeError({
    where,
    must: "the operand must not be u8 or f16",
    got: type,
    todo: `cast(x, "${type === "u8" ? "i32" : "float"}") first`,
  });
}
