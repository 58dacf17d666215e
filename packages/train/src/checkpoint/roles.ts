import { DataError, type VariableRole } from "@metrigrad/tensor";

/** Where a checkpoint keeps the roles of its variables, as JSON. */
export const rolesKey = "metrigrad.roles";

/** What a tensor of a checkpoint is: the value of a variable, or one of the best values that early stopping keeps. */
export type StoredRole = Exclude<VariableRole, "data"> | "best";

const roles: readonly unknown[] = ["parameter", "state", "best"] satisfies StoredRole[];

/** The roles of a checkpoint's tensors by name. Throws DataError for another kind of file. */
export function rolesOf(
  names: Iterable<string>,
  metadata: Readonly<Record<string, string>>,
  where: string,
): Map<string, StoredRole> {
  const text = metadata[rolesKey];
  if (text === undefined) {
    throw damaged(where, "the file must be a checkpoint of metrigrad", "another one");
  }
  const given: Record<string, unknown> = parse(text, where);
  return new Map(
    [...names].map((name) => {
      const role = given[name];
      if (roles.includes(role)) return [name, role as StoredRole];
      throw damaged(where, `${name} must be a parameter or state`, String(role));
    }),
  );
}

function parse(text: string, where: string): Record<string, unknown> {
  try {
    const given: unknown = JSON.parse(text);
    if (typeof given === "object" && given !== null) return given as Record<string, unknown>;
  } catch {
    // Both lead to the error below.
  }
  throw damaged(where, "the roles of its variables must be a JSON object", text);
}

/** The error for a file that is no checkpoint, or not what was written. */
export function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
