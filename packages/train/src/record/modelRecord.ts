import type { Explanation } from "@metrigrad/metric";

/**
 * The data of an {@link Explanation}, without its functions.
 *
 * @category Train: files and reports
 */
export type ModelRecord = Omit<Explanation, "toString" | "toDot">;
