import { constant, type Node } from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import {
  type Coordinates,
  categoricalFamily,
  diagonalGaussianFamily,
  dirichletFamily,
  type Family,
  gammaFamily,
  gaussianFamily,
} from "../../src/index.ts";

type Numbers = number | readonly Numbers[];

/** A family with natural coordinates of members and two directions in them. */
export interface FamilyRow {
  readonly family: Family;
  readonly natural: Coordinates;
  /** Another member. */
  readonly other: Coordinates;
  readonly directions: readonly [Coordinates, Coordinates];
}

/** Coordinates of numbers. */
export function coordinatesOf(values: Readonly<Record<string, Numbers>>): Coordinates {
  const nodes = Object.entries(values).map(([name, value]): [string, Node] => {
    return [name, constant(tensor(value as number[]))];
  });
  return Object.fromEntries(nodes);
}

function row(
  family: Family,
  [natural, other, first, second]: readonly Readonly<Record<string, Numbers>>[],
): FamilyRow {
  const of = (values: typeof natural) => coordinatesOf(values ?? {});
  return { family, natural: of(natural), other: of(other), directions: [of(first), of(second)] };
}

/** Every family. */
export const rows: Readonly<Record<string, FamilyRow>> = {
  gaussianFamily: row(gaussianFamily(2), [
    {
      linear: [0.7, -0.4],
      quadratic: [
        [-0.8, 0.2],
        [0.2, -0.5],
      ],
    },
    {
      linear: [0.1, 0.3],
      quadratic: [
        [-0.5, -0.1],
        [-0.1, -0.9],
      ],
    },
    {
      linear: [0.5, 0.2],
      quadratic: [
        [0.1, 0.3],
        [0.3, -0.2],
      ],
    },
    {
      linear: [-0.3, 0.4],
      quadratic: [
        [-0.2, 0.1],
        [0.1, 0.4],
      ],
    },
  ]),
  diagonalGaussianFamily: row(diagonalGaussianFamily(2), [
    { linear: [0.7, -0.4], quadratic: [-0.8, -0.3] },
    { linear: [0.2, 0.5], quadratic: [-0.4, -0.6] },
    { linear: [0.5, 0.2], quadratic: [0.1, -0.2] },
    { linear: [-0.3, 0.4], quadratic: [-0.2, 0.4] },
  ]),
  gammaFamily: row(gammaFamily(), [
    { log: 1.6, linear: -1.7 },
    { log: -0.4, linear: -0.9 },
    { log: 0.5, linear: 0.3 },
    { log: -0.2, linear: 0.4 },
  ]),
  dirichletFamily: row(dirichletFamily(3), [
    { log: [0.4, 1.2, -0.3] },
    { log: [0, 0.3, 0.8] },
    { log: [0.3, -0.1, 0.2] },
    { log: [-0.2, 0.4, 0.1] },
  ]),
  categoricalFamily: row(categoricalFamily(3), [
    { label: [0.4, -0.6, 0.1] },
    { label: [0, 0.5, 0.2] },
    { label: [0.3, -0.5, 0.2] },
    { label: [-0.2, 0.4, -0.2] },
  ]),
};
