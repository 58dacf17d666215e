import { DataError, isTensor, namedLeaves, type Tensor, type Tree } from "@metrigrad/tensor";

/** The parts of a split, as they were given. */
interface GivenParts {
  readonly inputs: unknown;
  readonly targets: unknown;
  readonly targetsAre?: unknown;
}

/** Returns whether the targets of a split are its inputs. Throws DataError if that is not clear. */
export function targetsAreInputs(
  where: string,
  name: string,
  { inputs, targets, targetsAre }: GivenParts,
): boolean {
  if (targets === "inputs") return true;
  if (typeof targets === "string") {
    throw new DataError({
      where,
      must: `${name} targets must be values, or "inputs"`,
      got: JSON.stringify(targets),
      todo: 'pass targets: "inputs" where a model puts its inputs out again',
    });
  }
  if (targetsAre === undefined) return false;
  if (targetsAre === "inputs" && targets === inputs) return true;
  throw new DataError({
    where,
    must: `${name} targets must be the inputs, as its targetsAre says`,
    got: targetsAre === "inputs" ? "other values" : JSON.stringify(targetsAre),
    todo: 'pass targets: "inputs", or leave targetsAre out where targets are other values',
  });
}

/** Throws DataError if there are classes although the targets are the inputs. */
export function checkNoClasses(
  where: string,
  name: string,
  inputs: Tree<Tensor>,
  classes: (path: string) => number | undefined,
): void {
  const found = namedLeaves(inputs, isTensor)
    .map(([path]) => classes(path))
    .find((count) => count !== undefined);
  if (found === undefined) return;
  throw new DataError({
    where,
    must: `classes must be left out where ${name} targets are the inputs, which are no labels`,
    got: `classes ${found}`,
    todo: 'leave classes out, or pass labels in place of targets: "inputs"',
  });
}
