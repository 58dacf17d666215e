import { placeOf } from "./address.ts";
import { signed, unsigned } from "./leb128.ts";

/**
 * A place in code that is written when its function is encoded: the index of a local; an address as a value; an
 * address as the offset of a load or store, and the place before it where what cannot be an offset is added.
 */
export type Site =
  | { readonly kind: "local"; readonly index: number }
  | { readonly kind: "address" | "added" | "offset"; readonly address: number };

/** Code without nesting. */
export type Token = number | Site;

/** An address as a parameter and the bytes behind what that is. */
export interface FromParam {
  readonly param: number;
  readonly bytes: number;
}

/** Parameters that are added to a function for its addresses. */
export interface Lifted {
  readonly count: number;
  /** What each address of the code is, in order; null for what stays in the code. */
  readonly addresses: readonly (FromParam | null)[];
}

/** What code is apart from its addresses. */
export interface Outline {
  /** Equal for code that differs in addresses alone. */
  readonly key: string;
  /** Its addresses, in order. */
  readonly addresses: readonly number[];
  /** About how long it is. */
  readonly bytes: number;
}

const marks = { address: 256, added: 257, offset: 258 } as const;
const firstLocal = 512;

/** Sets the addresses of code apart. */
export function outlineOf(tokens: readonly Token[]): Outline {
  const addresses: number[] = [];
  let key = "";
  for (const token of tokens) {
    if (typeof token === "number") key += String.fromCharCode(token);
    else if (token.kind === "local") key += String.fromCharCode(firstLocal + token.index);
    else {
      key += String.fromCharCode(marks[token.kind]);
      addresses.push(token.address);
    }
  }
  return { key, addresses, bytes: tokens.length };
}

/** Appends code as bytes: of a function with `params` parameters besides those lifted; `base` is as of `placeOf`. */
export function writeTokens(
  tokens: readonly Token[],
  into: number[],
  params: number,
  lifted: Lifted | null,
  base: number,
): void {
  const count = lifted?.count ?? 0;
  let seen = 0;
  for (const token of tokens) {
    if (typeof token === "number") into.push(token);
    else if (token.kind === "local") {
      into.push(...unsigned(token.index < params ? token.index : token.index + count));
    } else {
      const from = lifted?.addresses[seen++] ?? null;
      into.push(...addressBytes(token, from, params, base));
    }
  }
}

/** What stands for an address in the code. */
function addressBytes(
  { kind, address }: Exclude<Site, { kind: "local" }>,
  from: FromParam | null,
  params: number,
  base: number,
): number[] {
  if (from === null) {
    if (kind === "added") return [];
    const place = placeOf(address, base);
    return kind === "offset" ? unsigned(place) : [0x41, ...signed(place)];
  }
  const param = [0x20, ...unsigned(params + from.param)];
  if (kind === "offset") return unsigned(from.bytes);
  if (kind === "added") return [...param, 0x6a];
  return from.bytes === 0 ? param : [...param, 0x41, ...signed(from.bytes), 0x6a];
}
