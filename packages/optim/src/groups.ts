import type { AnyModule, AppliedParameter } from "@metrigrad/nn";
import { GraphError } from "@metrigrad/tensor";
import type { Optimizer, OptimizerContext, Phase } from "./core/optimizer.ts";

/**
 * A choice of parameters: those of a module, of several modules, or those whose path a function accepts.
 *
 * @category Optimizers: combining
 */
export type ParameterChoice = AnyModule | readonly AnyModule[] | ((path: string) => boolean);

/**
 * Optimizers for parts of a model: a record by pattern of the parameters' paths, or a list of pairs of a choice and
 * an optimizer.
 *
 * @category Optimizers: combining
 */
export type OptimizerGroups =
  | Readonly<Record<string, Optimizer>>
  | readonly (readonly [parameters: ParameterChoice, optimizer: Optimizer])[];

/**
/**
 * Makes an optimizer that gives the parts of a model to different optimizers.
 *
 * In `groups({ "encoder/**": rngd(), others: adam() })` the first pattern that fits a parameter's path counts. `*`
 * stands for one part of a path, `**` for any number of parts, and `others` takes the rest. A list of pairs takes
 * modules, or functions of paths.
 *
 * All optimizers that are due at the same step take their gradients at the same point.
 *
 * {@includeCode ../../../examples/api/optim/groups.ts#example}
 *
 * @param given - Optimizers by pattern, or pairs of a choice and an optimizer.
 * @returns The optimizer.
 * @throws {@link GraphError} if a value is not an optimizer, or if the averages of the groups are in slots of
 *   different names. When a step is built: if no group takes a parameter, or if a group other than `others` takes
 *   none.
 * @category Optimizers: combining
 */
export function groups(given: OptimizerGroups): Optimizer {
  const list = listOf(given);
  for (const { name, optimizer } of list) {
    if (typeof optimizer?.update !== "function") throw noOptimizer(name, optimizer);
  }
  return Object.freeze({
    name: "groups",
    settings: Object.fromEntries(
      list.map(({ name, optimizer }) => [name, { name: optimizer.name, ...optimizer.settings }]),
    ),
    averages: averagesOf(list),
    fixedLoss: list.some(({ optimizer }) => optimizer.fixedLoss === true),
    metric: list.map(({ takes, optimizer }) => ({ takes, metric: optimizer.metric ?? null })),
    update: (context) => {
      const owners = new Map<number, AppliedParameter[]>(list.map((_, at) => [at, []]));
      for (const parameter of context.parameters) {
        const at = list.findIndex(({ takes }) => takes(parameter));
        const owner = owners.get(at);
        if (owner === undefined) throw untaken(parameter, list);
        owner.push(parameter);
      }
      const phases = list.map(({ name, optimizer }, at): readonly Phase[] => {
        const parameters = owners.get(at) ?? [];
        if (parameters.length === 0 && name !== "others") throw empty(name);
        return parameters.length === 0 ? [] : optimizer.update(partOf(context, parameters));
      });
      const alone = phases.filter((own) => own.length > 0).length === 1;
      return together(alone ? phases : phases.map((own) => own.map(withoutLoss)), context);
    },
  } satisfies Optimizer);
}

/** A part of the model and its optimizer. */
interface Group {
  readonly name: string;
  readonly takes: (parameter: AppliedParameter) => boolean;
  readonly optimizer: Optimizer;
}

function listOf(given: OptimizerGroups): readonly Group[] {
  if (Array.isArray(given)) {
    return given.map(([choice, optimizer], at) => {
      const takes = takesOf(choice as ParameterChoice);
      return { name: `group ${at}`, takes, optimizer };
    });
  }
  const entries = Object.entries(given as Readonly<Record<string, Optimizer>>);
  const named = entries.map(([name, optimizer]): Group => {
    if (name === "others") return { name, takes: () => true, optimizer };
    const pattern = patternOf(name);
    return { name, takes: ({ path }) => pattern.test(path), optimizer };
  });
  // The others take what is left, so they come last.
  return [
    ...named.filter(({ name }) => name !== "others"),
    ...named.filter(({ name }) => name === "others"),
  ];
}

/**
 * Returns the name of the slot of averages of those groups that average; null if none does. Throws GraphError for
 * several names.
 */
function averagesOf(list: readonly Group[]): string | null {
  const names = new Set(list.flatMap(({ optimizer }) => optimizer.averages ?? []));
  const [name = null, ...more] = names;
  if (more.length === 0) return name;
  throw new GraphError({
    where: "groups",
    must: "averages of all groups must be in slots of one name",
    got: [...names].join(", "),
    todo: "put the average around the groups",
  });
}

/**
 * Returns a function that says whether a choice takes a parameter.
 *
 * @param choice - Modules, or a function of paths.
 * @returns A function from a parameter to a boolean.
 * @nothrow
 * @category Optimizers: combining
 */
export function takesOf(choice: ParameterChoice): (parameter: AppliedParameter) => boolean {
  if (typeof choice === "function") return ({ path }) => choice(path);
  const modules = (Array.isArray(choice) ? choice : [choice]) as readonly AnyModule[];
  const specs = new Set(modules.flatMap(({ variables }) => variables.map(({ spec }) => spec)));
  return ({ variable }) => specs.has(variable.attrs);
}

/** Returns a pattern such as "encoder/**" as a regular expression. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const source = escaped
    .replaceAll("**", "\u0000")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0000", ".*");
  return new RegExp(`^${source}$`);
}

/**
 * Returns the phases of several optimizers in an order in which all take their gradients before any parameter moves.
 *
 * First come the phases that prepare. Then come those that move parameters: phases that are due at the same steps
 * become one. Last come the phases after the move. Phases that are due at different steps move one after the other
 * where they meet.
 */
function together(
  groups: readonly (readonly Phase[])[],
  { parameters }: OptimizerContext,
): readonly Phase[] {
  const variables = new Set(parameters.map(({ variable }) => variable));
  const isMove = ({ updates }: Phase) => updates.some(([variable]) => variables.has(variable));
  const parts = groups.map((phases) => {
    const moves = phases.flatMap((phase, at) => (isMove(phase) ? [at] : []));
    const [first, end] = [moves[0] ?? phases.length, (moves.at(-1) ?? phases.length) + 1];
    return [phases.slice(0, first), phases.slice(first, end), phases.slice(end)] as const;
  });
  const moving = new Map<string, Phase>();
  for (const phase of parts.flatMap(([, moves]) => moves)) {
    const { every, offset = 0, from = 0 } = phase;
    const key = JSON.stringify([every, offset, from]);
    const known = moving.get(key);
    moving.set(key, known === undefined ? phase : joined(known, phase));
  }
  const all = (at: 0 | 2) => parts.flatMap((part) => part[at]);
  return [...all(0), ...moving.values(), ...all(2)];
}

/** Returns a phase without its loss: what one optimizer knows of the loss is wrong if others move parameters too. */
function withoutLoss({ loss: _, ...phase }: Phase): Phase {
  return phase;
}

/** Joins two phases that are due at the same steps. */
function joined(one: Phase, other: Phase): Phase {
  const reports = [one, other].flatMap(({ report }) => report ?? []);
  return {
    ...one,
    updates: [...one.updates, ...other.updates],
    ...(reports.length === 0
      ? {}
      : {
          report: {
            quantities: reports.flatMap(({ quantities }) => quantities),
            blocks: reports.flatMap(({ blocks }) => blocks),
          },
        }),
  };
}

/** Returns the context of some of the parameters. */
function partOf(
  context: OptimizerContext,
  parameters: readonly AppliedParameter[],
): OptimizerContext {
  const { gradients } = context;
  if (gradients === null) return { ...context, parameters };
  const own = parameters.map((one) => gradients[context.parameters.indexOf(one)]);
  return { ...context, parameters, gradients: own as typeof gradients };
}

function noOptimizer(name: string, got: unknown): GraphError {
  return new GraphError({
    where: `groups, ${name}`,
    must: "each group must have an optimizer",
    got: typeof got,
    todo: "call one: groups({ others: adam() })",
  });
}

function untaken({ path }: AppliedParameter, list: readonly Group[]): GraphError {
  return new GraphError({
    where: "groups",
    must: "every parameter must belong to a group",
    got: `none for ${path} (there are ${list.map(({ name }) => name).join(", ")})`,
    todo: "add { others: adam() }, or freeze it",
  });
}

function empty(name: string): GraphError {
  return new GraphError({
    where: `groups, ${name}`,
    must: "a group must take a parameter",
    got: "none",
    todo: "correct the pattern: paths are such as encoder0/dense0/w",
  });
}
