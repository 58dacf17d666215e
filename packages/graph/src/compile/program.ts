import {
  BackendError,
  type Executable,
  GraphError,
  type Handle,
  isTensor,
  type NestedArray,
  type Plan,
  planToDot,
  printPlan,
  ShapeError,
  sameShape,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";

/**
 * The values for the inputs of a program, by name.
 *
 * @category Graph: compile and run
 */
export type Feeds = Readonly<Record<string, Tensor | NestedArray>>;

/**
 * A compiled graph that runs on one store. {@link compile} makes it.
 *
 * @category Graph: compile and run
 */
export interface Program<Outputs> {
  /** The plan that it runs. */
  readonly plan: Plan;
  /** The memory that it takes besides the store's, in bytes. */
  readonly bytes: number;
  /**
   * The dispatches that one run records on a graphics card; null if the backend records none. Each costs microseconds, whatever it
   * computes.
   */
  readonly dispatches: number | null;
  /**
   * Runs the program once.
   *
   * @param feeds - A value for each input of the program; none by default.
   * @returns Resolves to handles when the run is submitted. They are valid until the next run.
   * @throws {@link GraphError} if an input has no value, or if a name is unknown.
   * @throws {@link ShapeError} if a value has a wrong shape.
   * @throws {@link BackendError} if the program is closed.
   */
  run(feeds?: Feeds): Promise<Outputs>;
  /**
   * Runs the program once and measures its steps; null if the backend cannot measure.
   *
   * It has the same effect as `run`. It resolves when the run is done, to the seconds that each of `plan.steps` took.
   */
  readonly profile: ((feeds?: Feeds) => Promise<readonly number[]>) | null;
  /**
   * Writes the plan as readable text.
   *
   * @returns The text, one line per buffer, feed, step and output.
   */
  print(): string;
  /**
   * Writes the plan as a graph for Graphviz.
   *
   * @returns The text of the graph, for `dot`.
   */
  dot(): string;
  /** Frees the program's memory. It cannot run any more. */
  close(): Promise<void>;
}

/** Makes a program of a plan and the executable that runs it. */
export function makeProgram<Outputs>(
  plan: Plan,
  executable: Executable,
  arrange: (handles: readonly Handle[]) => Outputs,
): Program<Outputs> {
  const names = new Set(plan.feeds.map((feed) => feed.name));
  let closed = false;
  const check = (where: string, feeds: Feeds): Tensor[] => {
    if (closed) {
      throw new BackendError({
        where,
        must: "the program must be open",
        got: "a closed one",
        todo: "compile it again",
      });
    }
    for (const name of Object.keys(feeds)) {
      if (!names.has(name)) throw unknownInput(where, name, [...names]);
    }
    return plan.feeds.map((feed) => feedValue(where, feed, feeds));
  };
  const measure = executable.profile?.bind(executable);
  return {
    plan,
    get bytes() {
      return executable.bytes;
    },
    dispatches: executable.dispatches ?? null,
    async run(feeds = {}) {
      return arrange(await executable.run(check("program.run", feeds)));
    },
    profile:
      measure === undefined ? null : async (feeds = {}) => measure(check("program.profile", feeds)),
    print: () => printPlan(plan),
    dot: () => planToDot(plan),
    async close() {
      closed = true;
      await executable.close();
    },
  };
}

/** The value of an input. Throws GraphError if there is none, and ShapeError if its shape is wrong. */
function feedValue(where: string, feed: Plan["feeds"][number], feeds: Feeds): Tensor {
  const given = feeds[feed.name];
  if (given === undefined) {
    throw new GraphError({
      where,
      must: `input ${feed.name} must have a value`,
      got: "none",
      todo: `pass { ${feed.name}: … } of shape ${showShape(feed.shape)}`,
    });
  }
  const value = isTensor(given) ? given : tensor(given);
  if (sameShape(value.shape, feed.shape)) return value;
  throw new ShapeError({
    where: `${where}, input ${feed.name}`,
    must: `the value must have shape ${showShape(feed.shape)}`,
    got: showShape(value.shape),
    todo: "reshape it, or build the graph for this shape",
  });
}

function unknownInput(where: string, name: string, known: readonly string[]): GraphError {
  return new GraphError({
    where,
    must: `inputs must be of the program (${known.join(", ") || "it has none"})`,
    got: name,
    todo: "correct the name, or leave it out",
  });
}
