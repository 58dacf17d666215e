import { rngState, type Variable, variable, variableOf } from "@metrigrad/graph";
import type { AppliedParameter } from "@metrigrad/nn";
import type { SlotOptions } from "@metrigrad/optim";
import { type NamedVariable, type Store, sameShape, type VariableSpec } from "@metrigrad/tensor";

/** The state of an optimizer on a store, for the parameters of a step. */
export interface Slots {
  /** Returns the slot of a name. It makes the slot if there is none. */
  slot(parameter: Variable, name: string, options?: SlotOptions): Variable;
  /** Whether the store has exactly the slots that were asked for so far, for this optimizer and these parameters. */
  complete(): boolean;
  /** Returns the slot of a name if it was asked for. */
  known(parameter: Variable, name: string): Variable | undefined;
  /** All slots that were asked for so far, with their paths. */
  readonly asked: readonly NamedVariable[];
  /** The slots of this and other optimizers on the store that were not asked for. */
  readonly others: readonly NamedVariable[];
}

/** Returns the path of a slot, such as "optimizer/adam/mean/dense0/w". */
export function slotPath(optimizer: string, name: string, parameter: string): string {
  return `optimizer/${part(optimizer)}/${part(name)}/${parameter}`;
}

/** Returns the path of the parameter that a slot belongs to; null if the path is not that of a slot. */
export function slotOwner(path: string): string | null {
  return /^optimizer\/[^/]+\/[^/]+\/(.+)$/.exec(path)?.[1] ?? null;
}

/** Returns the path of a slot of the same optimizer for another parameter. */
export function slotWithOwner(path: string, parameter: string): string {
  return path.slice(0, path.length - (slotOwner(path) ?? "").length) + parameter;
}

/** Whether a path is that of a run's state: of an optimizer, or of the count of random draws. */
export function isRunState(path: string): boolean {
  return slotOwner(path) !== null || path === rngState.attrs.path;
}

/**
 * Returns the slots of an optimizer for parameters. With `reuse`, slots on the store that have the same type and
 * shape are taken over.
 */
export function slotsOf(
  store: Store,
  optimizer: string,
  parameters: readonly AppliedParameter[],
  reuse: boolean,
): Slots {
  const paths = new Map(parameters.map(({ variable: one, path }) => [one, path]));
  const trained = new Set(paths.values());
  const there = new Map(
    store.variables
      .filter(({ path }) => trained.has(slotOwner(path) ?? ""))
      .map((one) => [one.path, one.spec]),
  );
  const own = `optimizer/${part(optimizer)}/`;
  const asked = new Map<string, Variable>();
  const pathOf = (parameter: Variable, name: string) =>
    slotPath(optimizer, name, paths.get(parameter) ?? "");
  return {
    known: (parameter, name) => asked.get(pathOf(parameter, name)),
    slot: (parameter, name, options = {}) => {
      const path = pathOf(parameter, name);
      const known = asked.get(path);
      if (known !== undefined) return known;
      const made = variable(path, options.shape ?? parameter.shape, {
        type: options.type ?? "float",
        role: "state",
        ...(options.init === undefined ? {} : { init: options.init }),
      });
      const old = reuse ? there.get(path) : undefined;
      // A held value from a file goes to the variable that is added with its path.
      const kept = old !== undefined && old.held === undefined && alike(old, made.attrs);
      const slot = kept ? variableOf(old) : made;
      asked.set(path, slot);
      return slot;
    },
    complete: () => {
      const mine = [...there].filter(([path]) => path.startsWith(own));
      return (
        mine.length === asked.size &&
        mine.every(([path, spec]) => {
          const slot = asked.get(path);
          return slot !== undefined && alike(spec, slot.attrs);
        })
      );
    },
    get asked() {
      return [...asked].map(([path, { attrs }]) => ({ path, spec: attrs }));
    },
    get others() {
      return [...there].flatMap(([path, spec]) => {
        const taken = asked.get(path);
        const stays =
          taken !== undefined && (taken.attrs === spec || (reuse && alike(taken.attrs, spec)));
        return stays ? [] : [{ path, spec }];
      });
    },
  };
}

function part(name: string): string {
  return name.replaceAll("/", ".");
}

function alike(a: VariableSpec, b: VariableSpec): boolean {
  return a.type === b.type && sameShape(a.shape, b.shape);
}
