import type { Pieces } from "@metrigrad/tensor";
import {
  type FromParam,
  type Func,
  type FunctionCode,
  type Lifted,
  type ModuleBuilder,
  placeOf,
} from "../wasm/index.ts";

/** The function of a phase, and the addresses that it is called with behind its part and the number of parts. */
export interface PhaseCall {
  readonly func: Func;
  readonly addresses: readonly number[];
}

/** How the phases of a module are made. */
export interface PhaseOptions<P> {
  readonly nameOf: (phase: P) => string;
  /** Writes the function of a phase. Its parameters are the part and the number of parts. */
  readonly write: (phase: P) => FunctionCode;
  /** The number of functions that call each phase. */
  readonly calls: number;
  /** The address from which addresses from a base are counted. */
  readonly base: number;
}

/** Phases with the same code. */
interface Alike<P> {
  readonly code: FunctionCode;
  readonly members: { readonly phase: P; readonly addresses: readonly number[] }[];
}

/** The bytes of an address in a call, and of a function without its code, roughly. */
const [argumentBytes, functionBytes] = [5, 20];
/** The largest number of addresses that a phase is called with; engines limit the parameters of functions. */
const mostAddresses = 100;

/**
 * Adds the functions of phases to a module. Phases whose code differs in nothing but addresses share one function, if
 * that makes the module smaller.
 */
export function* addPhases<P>(
  module: ModuleBuilder,
  phases: readonly P[],
  { nameOf, write, calls, base }: PhaseOptions<P>,
): Pieces<ReadonlyMap<P, PhaseCall>> {
  const groups = new Map<string, Alike<P>>();
  for (const phase of phases) {
    const code = write(phase);
    const key = keyOf(code.tokens);
    const group = groups.get(key) ?? { code, members: [] };
    groups.set(key, group);
    group.members.push({ phase, addresses: code.addresses });
    yield;
  }
  const added = new Map<P, PhaseCall>();
  for (const { code, members } of groups.values()) {
    const add = (phase: P, own: FunctionCode, lifted: Lifted | null) =>
      module.add(nameOf(phase), { params: ["i32", "i32"], export: true }, own, lifted);
    const places = members.map(({ addresses }) => addresses.map((one) => placeOf(one, base)));
    const { lifted, given } = liftAddresses(places);
    const { count } = lifted;
    const each = code.tokens.length + functionBytes;
    const saved = (members.length - 1) * each - members.length * calls * count * argumentBytes;
    if (saved > 0 && count <= mostAddresses) {
      const func = add((members[0] as Alike<P>["members"][0]).phase, code, lifted);
      members.forEach(({ phase }, at) => {
        added.set(phase, { func, addresses: given[at] as readonly number[] });
      });
    } else {
      for (const { phase, addresses } of members) {
        added.set(phase, { func: add(phase, { ...code, addresses }, null), addresses: [] });
      }
    }
    yield;
  }
  return added;
}

/** Returns numbers below 2¹⁶ as text. */
function keyOf(numbers: readonly number[]): string {
  const most = 4096;
  let key = "";
  for (let at = 0; at < numbers.length; at += most) {
    key += String.fromCharCode(...numbers.slice(at, at + most));
  }
  return key;
}

/** Parameters for the addresses in which codes differ, and their values in each code. */
interface Lifting {
  readonly lifted: Lifted;
  readonly given: readonly (readonly number[])[];
}

/**
 * Finds parameters for the addresses of several codes, in the order of the code.
 *
 * An address that is equal in all codes stays. Addresses that keep the same distance in bytes in all codes share one
 * parameter, which is the lowest of them.
 */
export function liftAddresses(codes: readonly (readonly number[])[]): Lifting {
  const [first] = codes as [readonly number[]];
  // The key says how an address differs from code to code. Among those with the same key the lowest counts.
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
