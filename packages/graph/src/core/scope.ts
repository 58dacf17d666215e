/**
 * The purpose of a node: "metric" for work on a metric, or null. People who read a plan see it.
 *
 * @category Graph: own ops
 */
export type NodeRole = "metric" | null;

/** Where a node comes from. Each node has a note of it. */
export interface Origin {
  /** The path of the module that made the node, for messages. */
  readonly scope: string;
  /** What the node is for. */
  readonly role: NodeRole;
}

/** The origin of nodes that are made now. */
let origin: Origin = { scope: "", role: null };

/** The origin of nodes that are made now. */
export function currentOrigin(): Origin {
  return origin;
}

/** Runs `make`. The nodes that it makes have the given origin: that of the node from which they are derived. */
export function withOrigin<T>({ scope, role }: Origin, make: () => T): T {
  const outer = origin;
  origin = { scope, role };
  try {
    return make();
  } finally {
    origin = outer;
  }
}

/**
 * Runs a function. The nodes that it makes are marked with the path of a module, which messages name.
 *
 * @param path - The path of the module.
 * @param make - Makes the nodes.
 * @returns What `make` returns.
 * @nothrow
 * @category Graph: own ops
 */
export function withScope<T>(path: string, make: () => T): T {
  return withOrigin({ ...origin, scope: path }, make);
}

/**
 * Runs a function. The nodes that it makes are marked as work on the metric of a module.
 *
 * Each step of a plan has the share of this work in its field `metric`. The mark passes on to nodes that are derived later.
 *
 * @param path - The module's path. The nodes have the scope `metric/<path>`.
 * @param make - Makes the nodes.
 * @returns What `make` returns.
 * @nothrow
 * @category Graph: own ops
 */
export function withMetricScope<T>(path: string, make: () => T): T {
  return withOrigin({ scope: `metric/${path}`, role: "metric" }, make);
}
