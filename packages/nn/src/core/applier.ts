import {
  asNode,
  constant,
  type Node,
  oneRank,
  openScans,
  type Ranks,
  stopGradient,
  type Update,
  type Variable,
  withScope,
} from "@metrigrad/graph";
import type { VariableSpec } from "@metrigrad/tensor";
import type { Law } from "../laws/law.ts";
import type { Application, Observation } from "./application.ts";
import { parameterNode } from "./defModule.ts";
import { frozenIn } from "./freeze.ts";
import { addCalls, inputOfAllTurns, type Looped, loopedCall } from "./loopedModule.ts";
import type { AnyModule, ApplyContext, FullyApplied, Mode, NodeTree } from "./module.ts";
import type { Decay } from "./parameter.ts";
import { memberPaths, parameterPath, prefixOf } from "./paths.ts";
import { type ModuleRandom, moduleRandom } from "./random.ts";
import { appliedOf, movedInLoop, notApplied, placed, undeclared } from "./responses.ts";
import { bothRoutings } from "./routing.ts";
import { asNodeTree, nodesOf } from "./trees.ts";
import { usesOf } from "./uses.ts";

/**
 * A trainable parameter of an applied model.
 *
 * @category Train: own loops
 */
export interface AppliedParameter {
  /** The parameter as a variable of the graph. */
  readonly variable: Variable;
  /** The path of the parameter in the model, such as "dense0/w". */
  readonly path: string;
  /** The part of the parameter that an L2 penalty covers. */
  readonly decay: Decay;
}

/**
 * The values that a module gave beside its response.
 *
 * @category Train: own loops
 */
export interface AppliedExtras {
  /** The path of the module in the model. */
  readonly path: string;
  /** The module that gave the values. */
  readonly module: AnyModule;
  /** The values, a tree of nodes. */
  readonly values: NodeTree;
}

/**
 * Options of {@link applierOf}: how modules are applied.
 *
 * @category Train: own loops
 */
export interface ApplierOptions {
  /** Whether modules act as in training or as in inference. */
  readonly mode: Mode;
  /** The weights of the samples, [n]; null if all are 1. */
  readonly rowWeights: Node | null;
  /** Returns the path of a variable if a store knows one, else null. With null the path is the one in the model. */
  readonly pathOf: (spec: VariableSpec) => string | null;
  /** The random draws of all modules; by default the draws follow from the modules' paths. */
  readonly random?: ModuleRandom;
  /** The processes that take the step together, each on its own samples; one by default. */
  readonly ranks?: Ranks;
}

/**
 * Applies one or several modules and keeps a record of what was applied. A training step is built from this record.
 *
 * @category Train: own loops
 */
export interface Applier {
  /**
   * Applies a model to an input. It throws the errors of the modules.
   *
   * @param model - The module.
   * @param x - Its input: a node, a tensor, numbers, or a tree of these; samples first.
   * @returns The response, the pre-activation and the extras of the model.
   */
  apply(model: AnyModule, x: unknown): FullyApplied<NodeTree>;
  /**
   * Says that a value is observed under a law, so that metrics know the response.
   *
   * @param output - The observed value, a node or a tree of nodes.
   * @param law - The law of the value.
   * @param weight - How much the mean over the samples counts; 1 by default.
   */
  observe(output: NodeTree, law: Law, weight?: number): void;
  /** Every use of a module with trained parameters, in the order of application. */
  readonly applications: readonly Application[];
  /** The values after the step of the running statistics that modules move; empty in inference mode. */
  readonly updates: readonly Update[];
  /** The parameters that are not frozen, each of them once. */
  readonly parameters: readonly AppliedParameter[];
  /** The values that modules gave beside their responses, in the order of application. */
  readonly extras: readonly AppliedExtras[];
  /**
   * Returns the path of a parameter or a statistic.
   *
   * @param variable - The variable of the graph.
   * @returns Its path, as a store or the model names it.
   */
  pathOf(variable: Variable): string;
}

/** One model with the paths, parameters and frozen parts that an applier knows of it. */
interface Member {
  readonly paths: ReadonlyMap<AnyModule, string>;
  readonly params: ReadonlyMap<AnyModule, Readonly<Record<string, Variable>>>;
  readonly frozen: ReturnType<typeof frozenIn>;
}

/**
 * Makes an applier that has applied nothing yet.
 *
 * @param options - The mode, the weights of the samples, the paths of a store, and the random draws.
 * @returns The applier.
 * @nothrow
 * @category Train: own loops
 */
export function applierOf({
  mode,
  rowWeights,
  pathOf: given,
  random,
  ranks = oneRank,
}: ApplierOptions): Applier {
  const outside = openScans();
  // The modules, and their parameters, that are called in the loops of a module act in the application of that module.
  let looped: Looped = { params: new Set(), modules: new Map() };
  const members = new Map<AnyModule, Member>();
  const paths = new Map<Variable, string>();
  const applications: Application[] = [];
  const observations: Observation[] = [];
  const updates = new Map<Variable, Node>();
  const parameters = new Map<Variable, AppliedParameter>();
  const extras: AppliedExtras[] = [];
  // The uses are counted by path: two models of a step may have modules at the same path, and no draw may repeat.
  const counts = new Map<string, number>();
  const pathOf = (variable: Variable) => paths.get(variable) ?? variable.attrs.path ?? "";

  const memberOf = (model: AnyModule): Member => {
    const known = members.get(model);
    if (known !== undefined) return known;
    const own = memberPaths(model);
    const prefix = prefixOf(own, given);
    const frozen = frozenIn(model);
    const params = new Map<AnyModule, Record<string, Variable>>();
    for (const [module, path] of own) {
      const named = Object.entries(module.params).map(([name, spec]) => {
        const full = given(spec) ?? prefix + parameterPath(path, name);
        const variable = parameterNode(full, spec);
        if (!paths.has(variable)) paths.set(variable, full);
        if (spec.role === "parameter" && !frozen.specs.has(spec) && !parameters.has(variable)) {
          parameters.set(variable, { variable, path: pathOf(variable), decay: spec.decay });
        }
        return [name, variable] as const;
      });
      params.set(module, Object.fromEntries(named));
    }
    const placed = [...own].map(([module, path]) => {
      const full = path === "" ? prefix.replace(/\/$/, "") : prefix + path;
      return [module, full] as const;
    });
    const made = { paths: new Map(placed), params, frozen };
    members.set(model, made);
    return made;
  };

  /** Returns the response of one module; `call` applies its children. */
  const respond = (
    { paths: own, params, frozen }: Member,
    module: AnyModule,
    input: NodeTree,
    inside: {
      readonly mode: Mode;
      /** The number of samples of this rank. */
      readonly samples: number;
      /** Applies a child. The weights are those of its rows if it is a part of a mixture. */
      readonly call: (
        child: AnyModule,
        x: NodeTree,
        weights: Node | null,
      ) => FullyApplied<NodeTree>;
    },
  ): FullyApplied<NodeTree> => {
    const path = own.get(module);
    if (path === undefined) throw undeclared(module);
    const moving = inside.mode === "train" && !frozen.modules.has(module);
    // A second use of a module starts from the statistics that the first use left.
    const statistics = new Map<Node, Variable>();
    const named = Object.entries(params.get(module) ?? {}).map(([name, variable]) => {
      const next = moving ? updates.get(variable) : undefined;
      const value = next === undefined ? variable : stopGradient(next);
      statistics.set(value, variable);
      return [name, value] as const;
    });
    const use = counts.get(path) ?? 0;
    counts.set(path, use + 1);
    const routed = (weights: Node | null, child: AnyModule, ...inputs: readonly NodeTree[]) =>
      inside.call(child, inputs.length === 1 ? (inputs[0] as NodeTree) : inputs, weights);
    const callChild = (child: AnyModule, ...inputs: readonly NodeTree[]) =>
      routed(null, child, ...inputs);
    const context: ApplyContext = {
      options: module.options,
      mode: moving ? "train" : "infer",
      rowWeights,
      ranks,
      random: random ?? moduleRandom(path, use, { ranks, samples: inside.samples }),
      update: (given, value) => {
        const statistic = statistics.get(given) ?? given;
        if (!moving || frozen.specs.has(statistic.attrs)) return;
        if (openScans() > outside) throw movedInLoop(module, path);
        updates.set(statistic, asNode(value));
      },
      call: ((child: AnyModule, ...inputs: readonly NodeTree[]) =>
        callChild(child, ...inputs).response) as ApplyContext["call"],
      applied: callChild as unknown as ApplyContext["applied"],
      routed: routed as unknown as ApplyContext["routed"],
    };
    const { spec } = module.definition;
    const bound = Object.fromEntries(named);
    const answer = () => {
      try {
        return spec.apply(bound as never, input as never, context as never);
      } catch (error) {
        // For example, `apply` reads a leaf that is missing in the tree of inputs.
        if (error instanceof TypeError) throw notApplied(module, path, input, error);
        throw placed(module, path, error);
      }
    };
    return withScope(path, () => appliedOf(spec.name, answer()));
  };

  const again = (member: Member, module: AnyModule, input: NodeTree): FullyApplied<NodeTree> =>
    respond(member, module, input, {
      mode: "infer",
      samples: 1,
      call: (child, x) => again(member, child, x),
    });

  return {
    apply: (model, x) => {
      const member = memberOf(model);
      const whole = asNodeTree(x);
      const samples = samplesOf(whole);
      const call = (
        module: AnyModule,
        input: NodeTree,
        routing: Node | null,
      ): FullyApplied<NodeTree> => {
        const first = constant(0).id;
        const around = looped;
        const inside: Looped = { params: new Set(), modules: new Map() };
        looped = inside;
        const result = respond(member, module, input, {
          mode,
          samples,
          call: (child, inner, weights) => call(child, inner, bothRoutings(routing, weights)),
        });
        looped = around;
        const path = member.paths.get(module) as string;
        const own = member.params.get(module) as Readonly<Record<string, Variable>>;
        const params = { ...own, ...byPathIn(path, inside.params, pathOf) };
        const trainedOf = (named: Readonly<Record<string, Variable>>) =>
          Object.fromEntries(
            Object.entries(named).filter(([, { attrs }]) => {
              return attrs.role === "parameter" && !member.frozen.specs.has(attrs);
            }),
          );
        const { definition, options } = module;
        const common = {
          path,
          definition,
          module,
          options,
          law: definition.spec.law?.(options as never) ?? null,
          samples,
          rowWeights,
          ranks,
          routing,
          model,
          pathOf,
          applyTo: (rows: NodeTree) => again(member, module, rows),
        };
        if (openScans() > outside) {
          for (const variable of Object.values(params)) looped.params.add(variable);
          for (const [one, calls] of inside.modules) addCalls(looped, one, calls);
          const known = { ...common, params: own, trained: trainedOf(own) };
          if (Object.keys(known.trained).length > 0) {
            const calls = [loopedCall(known, inputOfAllTurns(input, outside))];
            addCalls(looped, module, { ...known, calls });
          }
          return result;
        }
        const trained = trainedOf(params);
        if (result.extras !== null) extras.push({ path, module, values: result.extras });
        if (Object.keys(trained).length === 0) return result;
        const { response, preActivation, extras: beside } = result;
        applications.push({
          ...common,
          params,
          trained,
          uses: usesOf(nodesOf(response), Object.values(trained), first),
          reference: input,
          inputs: whole,
          preActivation,
          response,
          extras: beside,
          observed: () => observations,
          looped: [...inside.modules.values()],
        });
        return result;
      };
      return call(model, whole, null);
    },
    observe: (output, law, weight = 1) => void observations.push({ output, law, weight }),
    applications,
    get updates() {
      return [...updates];
    },
    get parameters() {
      return [...parameters.values()];
    },
    extras,
    pathOf,
  };
}

/** Returns variables by their paths in the module at a path. Variables of other places keep their whole paths. */
function byPathIn(
  path: string,
  variables: Iterable<Variable>,
  pathOf: (variable: Variable) => string,
): Record<string, Variable> {
  const named = [...variables].map((variable) => {
    const full = pathOf(variable);
    return [
      path !== "" && full.startsWith(`${path}/`) ? full.slice(path.length + 1) : full,
      variable,
    ];
  });
  return Object.fromEntries(named);
}

/** Returns the number of samples of a batch: the size of the first axis of its first value, or 1 without axes. */
function samplesOf(x: NodeTree): number {
  return nodesOf(x)[0]?.shape[0] ?? 1;
}
