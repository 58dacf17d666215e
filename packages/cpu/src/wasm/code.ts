import { placeOf } from "./address.ts";
import { signed, unsigned } from "./leb128.ts";

/**
 * A place in code that is written when its function is written.
 *
 * It is the index of a local, an address as a value, or an address as the offset of a load or store. `added` is the
 * place before such an offset for the part that cannot be an offset.
 */
export type Site =
  | { readonly kind: "local"; readonly index: number }
  | { readonly kind: "address" | "added" | "offset"; readonly address: number };

/** Encoded instructions with open sites; nested, so that composing them costs nothing. */
export type Code = readonly (number | Site | Code)[];

/** A function that is built: its declarations and its code without nesting. */
export interface FunctionCode {
  /** The number of its parameters. */
  readonly params: number;
  /** Bytes, and larger numbers for sites. They are equal for functions that differ in addresses only. */
  readonly tokens: readonly number[];
  /** The addresses of its sites, in order. */
  readonly addresses: readonly number[];
}

/** An address as a parameter plus a number of bytes. */
export interface FromParam {
  readonly param: number;
  readonly bytes: number;
}

/** Parameters that are added to a function for its addresses. */
export interface Lifted {
  readonly count: number;
  /** What each address of the code becomes, in order; null for an address that stays in the code. */
  readonly addresses: readonly (FromParam | null)[];
}

const marks = { address: 256, added: 257, offset: 258 } as const;
/** The token of the first local; others follow. */
const firstLocal = 259;

/** Appends code without nesting. */
export function flatten(code: Code, tokens: number[], addresses: number[]): void {
  for (const part of code) {
    if (typeof part === "number") tokens.push(part);
    else if (isNested(part)) flatten(part, tokens, addresses);
    else if (part.kind === "local") tokens.push(firstLocal + part.index);
    else {
      tokens.push(marks[part.kind]);
      addresses.push(part.address);
    }
  }
}

/**
 * Returns the bytes of a function, with their number in front.
 *
 * Addresses from a base are counted from `base`. Those that are `lifted` come from parameters behind the function's
 * own.
 */
export function encodeFunction(
  { params, tokens, addresses }: FunctionCode,
  base: number,
  lifted: Lifted | null,
): number[] {
  const bytes: number[] = [];
  const count = lifted?.count ?? 0;
  let seen = 0;
  for (const token of tokens) {
    if (token < 256) bytes.push(token);
    else if (token >= firstLocal) {
      const index = token - firstLocal;
      bytes.push(...unsigned(index < params ? index : index + count));
    } else {
      const from = lifted?.addresses[seen] ?? null;
      const address = addresses[seen++] as number;
      bytes.push(
        ...(from === null
          ? fixedAddress(token, placeOf(address, base))
          : paramAddress(token, params + from.param, from.bytes)),
      );
    }
  }
  return unsigned(bytes.length).concat(bytes);
}

/** Returns the bytes for an address that is part of the code. */
function fixedAddress(mark: number, place: number): number[] {
  if (mark === marks.added) return [];
  return mark === marks.offset ? unsigned(place) : [0x41, ...signed(place)];
}

/** Returns the bytes for an address that is so many bytes behind a local. */
function paramAddress(mark: number, local: number, bytes: number): number[] {
  if (mark === marks.offset) return unsigned(bytes);
  const param = [0x20, ...unsigned(local)];
  if (mark === marks.added) return [...param, 0x6a];
  return bytes === 0 ? param : [...param, 0x41, ...signed(bytes), 0x6a];
}

function isNested(part: Site | Code): part is Code {
  return Array.isArray(part);
}
