import { concat, input, type Node, reshape, slice, type Variable, vmap } from "@metrigrad/graph";
import { type Store, sizeOf, type Tensor, tensor } from "@metrigrad/tensor";
import { byColumns } from "./byColumns.ts";
import { programs } from "./programs.ts";
import type { Range, Whole } from "./whole.ts";

/** The number of columns that one run computes. */
const together = 32;

/** A linear map of the parameters' tangents, as nodes. */
export type Product = (vectors: readonly Node[]) => readonly Node[];

/**
 * Makes all operations of a symmetric matrix over all parameters from its products.
 *
 * Its columns are products with unit vectors, computed many at once by vmap.
 */
export function byProducts(
  where: string,
  product: Product,
  variables: readonly Variable[],
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
): Whole {
  const size = variables.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const flatProduct = (v: Node): Node => {
    let at = 0;
    const parts = variables.map(({ shape }) => {
      const begin = at;
      at += sizeOf(shape);
      return reshape(slice(v, [[begin, at]]), shape);
    });
    return concat(
      product(parts).map((part) => reshape(part, [-1])),
      0,
    );
  };
  const table = programs(store, feeds, {
    single: () => [flatProduct(input("metric/v", [size]))],
    many: () => [vmap(flatProduct)(input("metric/vectors", [together, size]))],
  });

  /** Shows g e_j for some j, one after the other. */
  const columns = async ([begin, end]: Range, see: (j: number, column: Float64Array) => void) => {
    for (let first = begin; first < end; first += together) {
      const unit = new Float64Array(together * size);
      const last = Math.min(first + together, end);
      for (let j = first; j < last; j++) unit[(j - first) * size + j] = 1;
      const vectors = tensor(unit, { shape: [together, size] });
      const data = Float64Array.from(
        (await table.value("many", { "metric/vectors": vectors })).data(),
      );
      for (let j = first; j < last; j++) {
        see(j, data.subarray((j - first) * size, (j - first + 1) * size));
      }
    }
  };

  return byColumns(where, {
    size,
    float: store.float,
    product: async (v) =>
      Float64Array.from((await table.value("single", { "metric/v": tensor(v) })).data()),
    columns,
    close: () => table.close(),
  });
}
