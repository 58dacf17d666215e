/**
 * The value of repeats that the line shows.
 *
 * @category Pictures
 */
export type CurveCentre = "median" | "mean";

/**
 * What the band around a line spans: all repeats, the middle half of them, or nothing.
 *
 * @category Pictures
 */
export type CurveBand = "range" | "quartiles" | "none";
