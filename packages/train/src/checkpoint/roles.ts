import { DataError, type VariableRole } from "@metrigrad/tensor";

/** The name of the text that has the roles of a checkpoint's variables, as JSON. */
export const rolesKey = "metrigrad.roles";

/** The role of a tensor in a checkpoint: that of its variable, or "best" for a best value of early stopping. */
export type StoredRole = Exclude<VariableRole, "data"> | "best";

const roles: readonly unknown[] = ["parameter", "state", "best"] satisfies StoredRole[];

/** Returns the roles of a checkpoint's tensors by name. Throws DataError if the file is not a checkpoint. */
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

/** Returns the error for a file that is not a checkpoint, or that is damaged. */
export function damaged(where: string, must: string, got: string): DataError {
  return new DataError({ where, must, got, todo: "check the path, or copy the file again" });
}
