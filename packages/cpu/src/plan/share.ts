import {
  type FromParam,
  type Func,
  type FunctionBuilder,
  type Lifted,
  type ModuleBuilder,
  type Outline,
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
/** Addresses that a phase is called with at most; engines limit the parameters of functions. */
const mostAddresses = 100;

/** A draft with its code apart from addresses, and its turn among all. */
interface Outlined extends Draft {
  readonly outline: Outline;
  readonly at: number;
}

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
  const alike = new Map<string, Outlined[]>();
  drafts.forEach((draft, at) => {
    const outline = draft.code.outline();
    const group = alike.get(outline.key) ?? [];
    alike.set(outline.key, group);
    group.push({ ...draft, outline, at });
  });
  const added: PhaseCall[] = [];
  for (const group of alike.values()) {
    const { lifted, given } = liftAddresses(
      group.map(({ outline }) => outline.addresses.map((address) => placeOf(address, base))),
    );
    const add = ({ name, code }: Draft, from: Lifted | null) =>
      module.add(name, { params: ["i32", "i32"], export: true }, code, from);
    const [first] = group as [Outlined];
    const each = first.outline.bytes + functionBytes;
    const saved = (group.length - 1) * each - group.length * calls * lifted.count * argumentBytes;
    const func = saved > 0 && lifted.count <= mostAddresses ? add(first, lifted) : null;
    group.forEach((draft, turn) => {
      added[draft.at] = func
        ? { func, addresses: given[turn] as readonly number[] }
        : { func: add(draft, null), addresses: [] };
    });
  }
  return added;
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
