import type { TensorFile } from "@metrigrad/data";
import { DataError, type VariableRole } from "@metrigrad/tensor";

/** Where a checkpoint keeps the roles of its variables, as JSON. */
export const rolesKey = "metrigrad.roles";

/** The roles of a checkpoint's variables by name. Throws DataError for another kind of file. */
export function rolesOf(
  { tensors, metadata }: TensorFile,
  where: string,
): Map<string, VariableRole> {
  const text = metadata[rolesKey];
  if (text === undefined) {
    throw damaged(where, "the file must be a checkpoint of metrigrad", "another one");
  }
  const given: Record<string, unknown> = parse(text, where);
  return new Map(
    [...tensors.keys()].map((name) => {
      const role = given[name];
      if (role === "parameter" || role === "state") return [name, role];
      throw damaged(where, `${name} must be a parameter or state`, String(role));
    }),
  );
}

function parse(text: string, where: string): Record<string, unknown> {
  try {
    const roles: unknown = JSON.parse(text);
    if (typeof roles === "object" && roles !== null) return roles as Record<string, unknown>;
  } catch {
    // Both lead to the error below.
  }
  throw damaged(where, "the roles of its variables must be a JSON object", text);
}

function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
