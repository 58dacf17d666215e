import { checkNames, DataError } from "@metrigrad/tensor";
import { isRunState, slotOwner, slotWithOwner } from "../step/slots.ts";

/**
 * What to load of a checkpoint, and under which paths.
 *
 * @category Train: files and reports
 */
export interface LoadOptions {
  /**
   * What to load; everything by default. `"model"` loads parameters and statistics, without the state of optimizers
   * and of random draws. A list has paths of the file, each of a variable ("dense0/w") or of a part of the model
   * ("encoder"). A function returns whether to load a path of the file.
   */
  readonly only?: "model" | readonly string[] | ((path: string) => boolean);
  /**
   * Paths of the file and their paths in the store, each of a variable or of a part of the model:
   * `{ encoder: "backbone" }`. The state of an optimizer follows its parameter. None by default.
   */
  readonly rename?: Readonly<Record<string, string>>;
}

/** Returns the path in the store for each chosen path of the file. Throws DataError. */
export function chosenPaths(
  paths: readonly string[],
  options: LoadOptions,
  where: string,
): ReadonlyMap<string, string> {
  checkNames(where, options, ["only", "rename"], DataError);
  const { only, rename = {} } = options;
  const kept = only === undefined ? paths : paths.filter(chooser(paths, only, where));
  if (only !== undefined && kept.length === 0) {
    throw refused(where, "`only` must take something of the file", "nothing", paths);
  }
  const known = paths.filter((path) => !isRunState(path));
  for (const from of Object.keys(rename)) {
    if (known.some((path) => isWithin(path, from))) continue;
    throw refused(where, "each path of `rename` must be one of the file", from, known);
  }
  const chosen = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const path of kept) {
    const owner = slotOwner(path);
    const to = owner === null ? renamed(path, rename) : slotWithOwner(path, renamed(owner, rename));
    const other = taken.get(to);
    if (other !== undefined) {
      throw refused(
        where,
        "each value must have a path of its own",
        `${to} of ${other} and ${path}`,
      );
    }
    taken.set(to, path);
    chosen.set(path, to);
  }
  return chosen;
}

function chooser(
  paths: readonly string[],
  only: NonNullable<LoadOptions["only"]>,
  where: string,
): (path: string) => boolean {
  if (typeof only === "function") return only;
  if (only === "model") return (path) => !isRunState(path);
  if (!Array.isArray(only)) {
    throw refused(where, '`only` must be "model", a list of paths, or a function', String(only));
  }
  const absent = only.find((one) => !paths.some((path) => isWithin(path, one)));
  if (absent !== undefined) {
    throw refused(where, "each path of `only` must be one of the file", String(absent), paths);
  }
  return (path) => only.some((one) => isWithin(path, one));
}

/** Whether a path is equal to another one, or lies below it. */
function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

/** Returns the path after renaming, by the longest part that fits. */
function renamed(path: string, rename: Readonly<Record<string, string>>): string {
  const [from] = Object.keys(rename)
    .filter((part) => isWithin(path, part))
    .sort((a, b) => b.length - a.length);
  return from === undefined ? path : `${rename[from]}${path.slice(from.length)}`;
}

function refused(where: string, must: string, got: string, paths?: readonly string[]): DataError {
  const some = paths === undefined ? "" : `: ${paths.slice(0, 10).join(", ")}`;
  const more = (paths?.length ?? 0) > 10 ? ", …" : "";
  return new DataError({
    where,
    must,
    got,
    todo: paths === undefined ? "correct the options" : `take paths of the file${some}${more}`,
  });
}
