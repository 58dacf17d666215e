let scope = "";

/** Path of the module whose nodes are being made. */
export function currentScope(): string {
  return scope;
}

/** Runs `make` with nodes marked as made by the module at `path`. */
export function withScope<T>(path: string, make: () => T): T {
  const outer = scope;
  scope = path;
  try {
    return make();
  } finally {
    scope = outer;
  }
}
