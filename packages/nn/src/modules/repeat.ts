import { isNode, type Node, replaceNodes, scan, type Variable, variableOf } from "@metrigrad/graph";
import { GraphError, type Initializer, ShapeError, type VariableSpec } from "@metrigrad/tensor";
import { applierOf } from "../core/applier.ts";
import { defModule } from "../core/defModule.ts";
import { frozenIn } from "../core/freeze.ts";
import type {
  AnyModule,
  Applied,
  ApplyContext,
  Module,
  NodeTree,
  ParameterTree,
} from "../core/module.ts";
import { type ParameterSpec, param, state } from "../core/parameter.ts";
import { memberPaths, parameterPath } from "../core/paths.ts";
import { mapNodes, nodesOf, showTree } from "../core/trees.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `repeat` takes beside a module and a number. */
export interface RepeatSettings {
  /**
   * The part of the input that goes from copy to copy, where the module takes a record and gives a node: "query" for
   * `{ query, padding }`. All copies get the other parts as they are. The whole input by default.
   */
  readonly through?: string;
}

/** Options of `repeat`. */
export interface RepeatOptions {
  readonly module: AnyModule;
  readonly copies: number;
  readonly through: string | null;
  /** Names of its own parameters and statistics by those of the module. */
  readonly names: ReadonlyMap<VariableSpec, string>;
}

const definition = defModule({
  name: "repeat",
  options: (module: AnyModule, copies: number, settings: RepeatSettings = {}): RepeatOptions => {
    if (module?.definition === undefined) {
      throw new GraphError({
        where: "repeat",
        must: "it must be given a module",
        got: typeof module === "function" ? "a function" : String(module),
        todo: "call the definition: repeat(dense(8, 8), 4)",
      });
    }
    if (!Number.isInteger(copies) || copies < 1) {
      throw new ShapeError({
        where: "repeat",
        must: "the number of copies must be a positive integer",
        got: String(copies),
        todo: "call repeat(module, 4)",
      });
    }
    checkSettings("repeat", settings, ["through"]);
    const names = new Map<VariableSpec, string>();
    for (const [member, path] of memberPaths(module)) {
      for (const [name, spec] of Object.entries(member.params)) {
        if (!names.has(spec)) names.set(spec, parameterPath(path, name));
      }
    }
    return Object.freeze({ module, copies, through: settings.through ?? null, names });
  },
  params: ({ module, copies, names }): ParameterTree => {
    const frozen = frozenIn(module);
    const stacked = [...names].map(([spec, name]) => {
      const { shape, role, init, decay } = spec as ParameterSpec;
      const all = [copies, ...shape];
      const each = ofCopies(init, copies);
      // What is frozen in the module stays as it begins.
      const trains = role === "parameter" && !frozen.specs.has(spec);
      return [name, trains ? param(all, each, { decay }) : state(all, each)] as const;
    });
    return Object.fromEntries(stacked);
  },
  apply: (params, x: NodeTree, context): Applied<NodeTree> => {
    const { copies, names, through } = context.options;
    const stacks = [...names.values()].map((name) => params[name] as Variable);
    const part = through === null ? x : partOf(x, through);
    const moved: VariableSpec[] = [];
    const { carry, ys } = scan(
      ((h: NodeTree, slices: readonly Node[]) => {
        const whole = through === null ? h : { ...(x as Record<string, NodeTree>), [through]: h };
        const copy = oneCopy(whole, slices, params, context);
        checkResponse(part, copy.response);
        moved.push(...copy.updates.map(([spec]) => spec));
        return {
          carry: copy.response,
          y: { updates: copy.updates.map(([, value]) => value), extras: copy.extras },
        };
      }) as never,
      part,
      stacks,
      { turns: copies },
    ) as unknown as { carry: NodeTree; ys: { updates: readonly Node[]; extras: NodeTree } };
    moved.forEach((spec, at) => {
      context.update(params[names.get(spec) as string] as Variable, ys.updates[at] as Node);
    });
    return nodesOf(ys.extras).length === 0
      ? { response: carry }
      : { response: carry, extras: ys.extras };
  },
});

/** Makes a chain of copies; the definition that its `spec` belongs to. */
export interface Repeat {
  /**
   * Copies of a module in sequence, as one loop: the response of each is the input of the next, so it must be of the
   * shape of the input. Each copy has its own weights: a parameter w of the module is one parameter [copies, …w] of the
   * path that it has in the module, "repeat0/dense0/w", and each copy's part is drawn on its own. Compiling takes the time of
   * one copy. Draws such as dropout's differ from copy to copy, running statistics are each copy's own, and what is frozen in
   * the module stays as it begins. Extras of the modules inside are extras here, a list of trees with leaves [copies, …].
   * @param module the module, which itself is no part of the result: its weights are not shared
   * @param copies how many copies
   * @param settings which part of the input goes through the copies
   * @returns a module from what the module takes to what it gives
   * @throws GraphError for what is no module; ShapeError for a number that is no positive integer, and while it is applied
   *   where the response is not like the input
   */
  <In, Out>(
    module: Module<In, Out>,
    copies: number,
    settings?: RepeatSettings,
  ): Module<In, Out, RepeatOptions>;
  readonly spec: (typeof definition)["spec"];
}

export const repeat = definition as unknown as Repeat;

/** Draws of each copy, by paths of their own. */
function ofCopies(init: Initializer, copies: number): Initializer {
  return (context) => {
    const [, ...shape] = context.shape;
    const parts = Array.from({ length: copies }, (_, copy) =>
      Array.from(init({ ...context, shape, path: `${context.path}/${copy}` })),
    );
    return parts.flat();
  };
}

/** One copy of the module, with slices of the parameters in the places of its own. */
function oneCopy(
  x: NodeTree,
  slices: readonly Node[],
  params: Readonly<Record<string, Variable>>,
  { options, mode, rowWeights, random }: ApplyContext<RepeatOptions>,
) {
  const { module, names } = options;
  const pathOf = (spec: VariableSpec) => params[names.get(spec) as string]?.scope ?? null;
  const applier = applierOf({ mode, rowWeights, pathOf, random });
  const { response } = applier.apply(module, x);
  const { updates, extras } = applier;
  const values = extras.map((one) => one.values);
  const [responses, movedTo, beside] = [
    nodesOf(response),
    updates.map(([, value]) => value),
    nodesOf(values),
  ];
  const places = new Map<Node, Node>(
    [...names.keys()].map((spec, at) => [variableOf(spec), slices[at] as Node]),
  );
  const all = replaceNodes([...responses, ...movedTo, ...beside], places);
  const take = () => all.shift() as Node;
  return {
    response: mapNodes(response, take),
    updates: updates.map(([{ attrs }]) => [attrs, take()] as const),
    extras: mapNodes(values, take),
  };
}

/** A part of the input. Throws GraphError where there is none of the name. */
function partOf(x: NodeTree, name: string): NodeTree {
  const part = isNode(x) ? undefined : (x as Readonly<Record<string, NodeTree>>)[name];
  if (part !== undefined) return part;
  throw new GraphError({
    where: "repeat",
    must: `its input must have the part ${name}, which goes through the copies`,
    got: showTree(x),
    todo: `pass { ${name}: … }, or leave \`through\` out`,
  });
}

/** Throws ShapeError where a response cannot be the input of the next copy. */
function checkResponse(x: NodeTree, response: NodeTree): void {
  const [want, got] = [showTree(x), showTree(response)];
  if (want === got) return;
  throw new ShapeError({
    where: "repeat",
    must: `the module's response must be like its input, ${want}`,
    got,
    todo: "repeat a module whose outputs are as wide as its inputs",
  });
}
