import {
  asNode,
  constant,
  type Node,
  openScans,
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

/** A trainable parameter of an applied model. */
export interface AppliedParameter {
  readonly variable: Variable;
  /** In the model. */
  readonly path: string;
  readonly decay: Decay;
}

/** What comes with the response of a module beside it. */
export interface AppliedExtras {
  readonly path: string;
  readonly module: AnyModule;
  readonly values: NodeTree;
}

/** How modules are applied. */
export interface ApplierOptions {
  readonly mode: Mode;
  /** Weights of the samples [n]. */
  readonly rowWeights: Node | null;
  /** Path of a variable, where a store knows one; null: as the model says. */
  readonly pathOf: (spec: VariableSpec) => string | null;
  /** Draws of all modules, instead of such as follow from their paths. */
  readonly random?: ModuleRandom;
}

/** Applies modules, one or several, and keeps what was applied: what a training step is built from. */
export interface Applier {
  /** Applies a model. Throws what its modules throw. */
  apply(model: AnyModule, x: unknown): FullyApplied<NodeTree>;
  /** Says that a value is observed under a law, so that metrics know the response. */
  observe(output: NodeTree, law: Law, weight?: number): void;
  /** Every use of a module with trained parameters, in the order of application. */
  readonly applications: readonly Application[];
  /** How modules move their running statistics; empty when inferring. */
  readonly updates: readonly Update[];
  /** Those that are not frozen, each once. */
  readonly parameters: readonly AppliedParameter[];
  readonly extras: readonly AppliedExtras[];
  /** Path of a parameter or statistic. */
  pathOf(variable: Variable): string;
}

/** One model as an applier knows it. */
interface Member {
  readonly paths: ReadonlyMap<AnyModule, string>;
  readonly params: ReadonlyMap<AnyModule, Readonly<Record<string, Variable>>>;
  readonly frozen: ReturnType<typeof frozenIn>;
}

/** An applier without applications. */
export function applierOf({ mode, rowWeights, pathOf: given, random }: ApplierOptions): Applier {
  const outside = openScans();
  // Modules that the loops of a module call, and their parameters: they act in the application of that module.
  let looped: Looped = { params: new Set(), modules: new Map() };
  const members = new Map<AnyModule, Member>();
  const paths = new Map<Variable, string>();
  const applications: Application[] = [];
  const observations: Observation[] = [];
  const updates = new Map<Variable, Node>();
  const parameters = new Map<Variable, AppliedParameter>();
  const extras: AppliedExtras[] = [];
  // By path: two models of a step may have modules at the same one, and no draw is made twice.
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

  /** The response of one module, with `call` for its children. */
  const respond = (
    { paths: own, params, frozen }: Member,
    module: AnyModule,
    input: NodeTree,
    inside: {
      readonly mode: Mode;
      /** Applies a child; weights of its rows where it is a part of a mixture. */
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
    // A second use goes on from where the first one moved the module's statistics, all of them together.
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
      random: random ?? moduleRandom(path, use),
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
        // Such as reading a leaf that the tree of inputs has not.
        if (error instanceof TypeError) throw notApplied(module, path, input, error);
        throw placed(module, path, error);
      }
    };
    return withScope(path, () => appliedOf(spec.name, answer()));
  };

  const again = (member: Member, module: AnyModule, input: NodeTree): FullyApplied<NodeTree> =>
    respond(member, module, input, {
      mode: "infer",
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

/** Variables by their paths in the module at a path; those of elsewhere by their whole paths. */
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

/** Samples of a batch: the size of the first axis of its first value, 1 where that has none. */
function samplesOf(x: NodeTree): number {
  return nodesOf(x)[0]?.shape[0] ?? 1;
}
