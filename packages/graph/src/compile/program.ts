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

/** Values for the inputs of a program, by name. */
export type Feeds = Readonly<Record<string, Tensor | NestedArray>>;

/** A compiled graph on one store. */
export interface Program<Outputs> {
  readonly plan: Plan;
  /** Bytes that it holds beside the store. */
  readonly bytes: number;
  /**
   * Runs once and resolves on submission; the outputs are handles, valid until the next run.
   * Throws GraphError for a missing or unknown input, ShapeError for a wrong shape.
   */
  run(feeds?: Feeds): Promise<Outputs>;
  /**
   * Runs once, with the same effect, and resolves when it is done with the seconds that each of
   * `plan.steps` took; null where the backend cannot measure. Throws as `run` does.
   */
  readonly profile: ((feeds?: Feeds) => Promise<readonly number[]>) | null;
  /** The plan as readable text. */
  print(): string;
  /** The plan as Graphviz text. */
  dot(): string;
  close(): Promise<void>;
}

/** Puts a plan and what executes it behind one door. */
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
      if (!names.has(name)) throw unknownInput(name, [...names]);
    }
    return plan.feeds.map((feed) => feedValue(feed, feeds));
  };
  const measure = executable.profile?.bind(executable);
  return {
    plan,
    get bytes() {
      return executable.bytes;
    },
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

function feedValue(feed: Plan["feeds"][number], feeds: Feeds): Tensor {
  const given = feeds[feed.name];
  if (given === undefined) {
    throw new GraphError({
      where: "program.run",
      must: `input ${feed.name} must have a value`,
      got: "none",
      todo: `pass { ${feed.name}: … } of shape ${showShape(feed.shape)}`,
    });
  }
  const value = isTensor(given) ? given : tensor(given);
  if (sameShape(value.shape, feed.shape)) return value;
  throw new ShapeError({
    where: `program.run, input ${feed.name}`,
    must: `the value must have shape ${showShape(feed.shape)}`,
    got: showShape(value.shape),
    todo: "reshape it, or build the graph for this shape",
  });
}

function unknownInput(name: string, known: readonly string[]): GraphError {
  return new GraphError({
    where: "program.run",
    must: `inputs must be of the program (${known.join(", ") || "it has none"})`,
    got: name,
    todo: "correct the name, or leave it out",
  });
}
