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
import { placed, torchPieces } from "../torch/torchPieces.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link repeat}.
 *
 * @category Models: composing
 */
export interface RepeatSettings {
  /**
   * The part of the input that goes from copy to copy, for a module that takes a record and gives a node. An example is
   * "query" for `{ query, padding }`. All copies get the other parts as they are. By default the whole input goes through.
   */
  readonly through?: string;
}

/**
 * Options of {@link repeat}.
 *
 * @category Models: composing
 */
export interface RepeatOptions {
  /** The module that is copied. */
  readonly module: AnyModule;
  /** The number of copies. */
  readonly copies: number;
  /** The part of the input that goes from copy to copy; null for the whole input. */
  readonly through: string | null;
  /** The names of the stacked parameters and statistics, by the specifications in the module. */
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
      // Frozen parameters of the module keep their initial values.
      const trains = role === "parameter" && !frozen.specs.has(spec);
      return [name, trains ? param(all, each, { decay }) : state(all, each)] as const;
    });
    return Object.fromEntries(stacked);
  },
  torch: ({ module, copies, names }) => {
    const { pieces, ignored } = torchPieces("repeat", module);
    const all = Array.from({ length: copies }, (_, copy) => copy);
    const stacked = [...names.values()].map((name) => {
      const own = pieces.get(name) ?? [];
      return [name, all.flatMap((copy) => own.map((one) => placed(one, String(copy))))] as const;
    });
    return {
      params: Object.fromEntries(stacked),
      ignored: all.flatMap((copy) => [...ignored].map((name) => `${copy}.${name}`)),
    };
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

/**
 * The type of {@link repeat}: it makes chains of copies, and `spec` is their definition.
 *
 * @category Models: composing
 */
export interface Repeat {
  /**
   * Makes a chain of copies of a module.
   *
   * @param module - The module. It is no part of the result: its weights are not shared.
   * @param copies - The number of copies.
   * @param settings - The part of the input that goes through the copies; the whole input by default.
   * @returns A module with the input and the response of the given module.
   * @throws {@link GraphError} if `module` is not a module or a setting is unknown; when the chain is applied, if the input
   *   lacks the part `through`.
   * @throws {@link ShapeError} if `copies` is not a positive integer; when the chain is applied, if the response has
   *   another shape than the input.
   */
  <In, Out>(
    module: Module<In, Out>,
    copies: number,
    settings?: RepeatSettings,
  ): Module<In, Out, RepeatOptions>;
  /** The specification that the kind was defined by. */
  readonly spec: (typeof definition)["spec"];
}

/**
 * Makes a chain of copies of a module, each with its own weights, as one loop.
 *
 * The response of each copy is the input of the next, so it must have the shape of the input. Compilation takes the time of
 * one copy. A parameter w of the module becomes one parameter [copies, …] under the path that it has in the module, such as
 * "repeat0/dense0/w". The part of each copy is drawn on its own.
 *
 * Random draws, such as those of dropout, differ from copy to copy. Each copy has its own running statistics. Frozen
 * parameters keep their initial values. The extras are a list of the trees of the modules inside, with leaves [copies, …].
 *
 * @function
 * @category Models: composing
 */
export const repeat = definition as unknown as Repeat;

/** Returns an initialiser that draws each copy by a path of its own. */
function ofCopies(init: Initializer, copies: number): Initializer {
  return (context) => {
    const [, ...shape] = context.shape;
    const parts = Array.from({ length: copies }, (_, copy) =>
      Array.from(init({ ...context, shape, path: `${context.path}/${copy}` })),
    );
    return parts.flat();
  };
}

/** Applies one copy of the module, with slices of the parameters in the places of its own. */
function oneCopy(
  x: NodeTree,
  slices: readonly Node[],
  params: Readonly<Record<string, Variable>>,
  { options, mode, rowWeights, ranks, random }: ApplyContext<RepeatOptions>,
) {
  const { module, names } = options;
  const pathOf = (spec: VariableSpec) => params[names.get(spec) as string]?.scope ?? null;
  const applier = applierOf({ mode, rowWeights, ranks, pathOf, random });
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

/** Returns a part of the input. Throws GraphError if there is none of this name. */
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

/** Throws ShapeError if a response cannot be the input of the next copy. */
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
