/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The lowest and the highest value, or their places in pixels. */
export type Span = readonly [from: number, to: number];
