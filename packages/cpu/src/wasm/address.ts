/**
 * Addresses among the numbers of code: beyond all numbers of 32 bits, so that they are told apart from sizes and
 * strides, whatever their values. Bytes are added to them as to any number, and equal ones are the same place; other
 * arithmetic (products, bits) is for what code computes from them.
 */
const placed = 2 ** 34;
/** Addresses from here on are counted from one that is known when the module is encoded. */
const unplaced = 2 ** 40;
const limit = 2 ** 32;

/** An address of memory. */
export function addressAt(bytes: number): number {
  return placed + bytes;
}

/** An address so many bytes behind the base of a module, which `ModuleBuilder.encode` is given. */
export function addressFromBase(bytes: number): number {
  return unplaced + bytes;
}

/** Whether a number of the code is an address. */
export function isAddress(value: number): boolean {
  return value >= limit;
}

/** Where an address is in memory. Throws where it is nowhere, as the sum of two addresses. */
export function placeOf(address: number, base: number): number {
  const from = address < unplaced / 2 ? placed : unplaced;
  const bytes = address - from + (from === placed ? 0 : base);
  if (bytes >= 0 && bytes < limit) return bytes;
  throw new Error(`address ${address}: not in memory`);
}
