/**
 * The offset of addresses among the numbers of code.
 *
 * Addresses are beyond all numbers of 32 bits, so that they differ from sizes and strides, whatever their values.
 * Bytes are added to them as to any number, and equal ones are the same place. Other arithmetic (products, bits) is
 * for values that code computes from them.
 */
const placed = 2 ** 34;
/** The offset of addresses that are counted from a base, which is known when the module is encoded. */
const unplaced = 2 ** 40;
const limit = 2 ** 32;

/** Returns an address of memory. */
export function addressAt(bytes: number): number {
  return placed + bytes;
}

/** Returns an address so many bytes behind the base of a module, which `ModuleBuilder.encode` gets. */
export function addressFromBase(bytes: number): number {
  return unplaced + bytes;
}

/** Returns whether a number of the code is an address. */
export function isAddress(value: number): boolean {
  return value >= limit;
}

/** Returns the place of an address in memory. Throws an error if it has none, as the sum of two addresses. */
export function placeOf(address: number, base: number): number {
  const from = address < unplaced / 2 ? placed : unplaced;
  const bytes = address - from + (from === placed ? 0 : base);
  if (bytes >= 0 && bytes < limit) return bytes;
  throw new Error(`address ${address}: not in memory`);
}
