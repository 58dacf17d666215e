/** What nodes are for, where it matters to those who look at a plan: work on a metric, or null. */
export type NodeRole = "metric" | null;

/** What is noted in nodes of how they came about. */
export interface Origin {
  /** Path of the module that made it, for messages. */
  readonly scope: string;
  /** What it is for. */
  readonly role: NodeRole;
}

let origin: Origin = { scope: "", role: null };

/** The origin of nodes that are made now. */
export function currentOrigin(): Origin {
  return origin;
}

/** Runs `make` with nodes of an origin: of the node that they are derived from. */
export function withOrigin<T>({ scope, role }: Origin, make: () => T): T {
  const outer = origin;
  origin = { scope, role };
  try {
    return make();
  } finally {
    origin = outer;
  }
}

/** Runs `make` with nodes marked as made by the module at `path`. */
export function withScope<T>(path: string, make: () => T): T {
  return withOrigin({ ...origin, scope: path }, make);
}

/**
 * Marks work on the metric of a module, which the steps of a plan state as their share `metric`.
 *
 * @param path - The module's path; nodes have the scope `metric/<path>`.
 * @param make - Makes the nodes. What is derived from them later keeps the mark.
 * @returns What `make` returns.
 */
export function withMetricScope<T>(path: string, make: () => T): T {
  return withOrigin({ scope: `metric/${path}`, role: "metric" }, make);
}
