import {
  addressesOf,
  type FromParam,
  type Func,
  type FunctionBuilder,
  type Lifted,
  type ModuleBuilder,
  outlineOf,
  placeOf,
} from "../wasm/index.ts";

/** The code of a phase before it is in a module; parameters: the part, how many there are. */
export interface Draft {
  readonly name: string;
  readonly code: FunctionBuilder;
}

/** The function of a phase, and the addresses that it is called with behind its part and their number. */
export interface PhaseCall {
  readonly func: Func;
  readonly addresses: readonly number[];
}

/** Bytes of an address in a call, and of a function besides its code, roughly. */
const [argumentBytes, functionBytes] = [5, 20];

const params = ["i32", "i32"] as const;

/**
 * Adds the functions of phases to a module, one for all whose code differs in nothing but addresses, where that makes
 * the module smaller. `calls` is how many functions call each phase, `base` what addresses from a base are counted from.
 */
export function addPhases(
  module: ModuleBuilder,
  drafts: readonly Draft[],
  calls: number,
  base: number,
): readonly PhaseCall[] {
  const alike = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const { code } = draft;
    const key = `${code.localTypes.join()}|${outlineOf(code.tokens())}`;
    const known = alike.get(key);
    if (known) known.push(draft);
    else alike.set(key, [draft]);
  }
  const found = new Map<Draft, PhaseCall>();
  for (const group of alike.values()) {
    addGroup(module, group, calls, base).forEach(
      (call, i) => void found.set(group[i] as Draft, call),
    );
  }
  return drafts.map((draft) => found.get(draft) as PhaseCall);
}

/** Adds the phases of one code. */
function addGroup(
  module: ModuleBuilder,
  group: readonly Draft[],
  calls: number,
  base: number,
): readonly PhaseCall[] {
  const add = ({ name, code }: Draft, lifted: Lifted | null) =>
    module.add(name, { params, export: true }, code, lifted);
  const [first] = group as [Draft];
  const placesOf = ({ code }: Draft) =>
    addressesOf(code.tokens()).map((address) => placeOf(address, base));
  const { lifted, given } = liftAddresses(group.map(placesOf));
  const each = first.code.tokens().length + functionBytes;
  const saved = (group.length - 1) * each - group.length * calls * lifted.count * argumentBytes;
  if (saved <= 0) return group.map((draft) => ({ func: add(draft, null), addresses: [] }));
  const func = add(first, lifted);
  return given.map((addresses) => ({ func, addresses }));
}

/** Parameters for the addresses in which codes differ, and what is given for them in each. */
interface Lifting {
  readonly lifted: Lifted;
  readonly given: readonly (readonly number[])[];
}

/**
 * Finds parameters for the addresses of several codes, in order of the code: those that are equal in all stay, and
 * those that are the same bytes apart in all have one parameter, the lowest of them.
 */
export function liftAddresses(codes: readonly (readonly number[])[]): Lifting {
  const [first] = codes as [readonly number[]];
  // How an address differs from code to code; of those that differ alike, the lowest.
  const lowest = new Map<string, number>();
  const keys = first.map((own, at) => {
    const differences = codes.map((addresses) => (addresses[at] as number) - own);
    if (differences.every((difference) => difference === 0)) return null;
    const key = differences.join();
    const known = lowest.get(key);
    if (known === undefined || own < (first[known] as number)) lowest.set(key, at);
    return key;
  });
  const order = [...lowest.keys()];
  const addresses = keys.map((key, at): FromParam | null => {
    if (key === null) return null;
    const param = first[lowest.get(key) as number] as number;
    return { param: order.indexOf(key), bytes: (first[at] as number) - param };
  });
  const places = [...lowest.values()];
  return {
    lifted: { count: order.length, addresses },
    given: codes.map((own) => places.map((at) => own[at] as number)),
  };
}
