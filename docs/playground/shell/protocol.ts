/** What goes between a page and its worker: calls that are answered, and events. */

/** A question of the page. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly value: unknown;
}

/** What a worker says: the value or the failure of a call, or an event. */
export type Said =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: string }
  | { readonly event: string; readonly value: unknown };

/** The functions of a worker by name, each with one argument. */
export type Methods<M> = { [K in keyof M]: (value: never) => unknown };

/** The argument of a function of a worker. */
export type Argument<F> = F extends (value: infer V) => unknown ? V : never;

/** What a call resolves to. */
export type Answered<F> = F extends (value: never) => infer R ? Awaited<R> : never;
