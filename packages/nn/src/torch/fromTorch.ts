import {
  checkNames,
  DataError,
  type FloatType,
  GraphError,
  hostArray,
  isTensor,
  sameShape,
  showShape,
  sizeOf,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import type { AnyModule, Module } from "../core/module.ts";
import type { TorchTensorPiece } from "./layout.ts";
import { isFill, namesOf, positionsOf, type TorchPieces, torchPieces } from "./torchPieces.ts";

/**
 * Options of {@link fromTorch} and {@link toTorch}.
 *
 * @category Models: composing
 */
export interface TorchOptions {
  /**
   * PyTorch's names of modules, by their paths here: `{ dense1: "2" }`, or `{ "encoder/dense0": "encoder.linear" }`. By
   * default a name is the same as here, and the number of the module in a list. Modules inside follow.
   */
  readonly names?: Readonly<Record<string, string>>;
}

/** Named tensors, as a Map or a record. */
export type NamedTensors = ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>;

/** Returns named tensors as a Map. Throws DataError if a value is not a tensor. */
export function asTensors(where: string, given: NamedTensors): ReadonlyMap<string, Tensor> {
  const entries = given instanceof Map ? [...given] : Object.entries(given ?? {});
  const odd = entries.find(([, value]) => !isTensor(value));
  if (odd === undefined) return new Map(entries);
  throw new DataError({
    where,
    must: `${odd[0]} must be a tensor`,
    got: `a ${typeof odd[1]}`,
    todo: "pass the tensors of readSafetensors or readNpz",
  });
}

/**
 * Converts the tensors of a PyTorch model, its `state_dict`, to the values of a model.
 *
 * PyTorch lays a linear map out as [out, in] with a bias beside it. Here it is [in + 1, out] with the bias in the last row. Each
 * kind of module says its own layout, by the member `torch` of {@link defModule}. Running statistics count as PyTorch's averages.
 * A bias that the tensors lack is zero, as with `bias=False`.
 *
 * {@includeCode ../../../../examples/api/nn/fromTorch.ts#example}
 *
 * @param model - The module that takes the values.
 * @param tensors - The tensors by PyTorch's names, as `readSafetensors` or `readNpz` reads them.
 * @param options - PyTorch's names of modules.
 * @returns The values by path, each in the shape of its parameter. `loadCheckpoint` puts them into a store.
 * @throws {@link DataError} if a tensor is missing, unexpected or of another shape, or if it is not one of floats.
 * @throws {@link GraphError} if an option is unknown, if `model` is not a module, or if a path is none of the model.
 * @category Models: composing
 */
export function fromTorch<In, Out>(
  model: Module<In, Out>,
  tensors: NamedTensors,
  options: TorchOptions = {},
): Map<string, Tensor> {
  const known = piecesOf("fromTorch", model, options);
  const found = asTensors("fromTorch", tensors);
  checkTensors(known, found);
  return new Map(
    [...known.specs].map(([path, { shape }]) => {
      const pieces = known.pieces.get(path) ?? [];
      const sources = pieces.flatMap((piece) => (isFill(piece) ? [] : sourcesOf(piece, found)));
      const wide = sources.some(({ dtype }) => dtype === "f64");
      const data = hostArray(wide ? "f64" : "f32", sizeOf(shape));
      let at = 0;
      for (const piece of pieces) {
        if (isFill(piece)) {
          data.fill(piece.fill, at, at + sizeOf(piece.shape));
          at += sizeOf(piece.shape);
          continue;
        }
        const positions = positionsOf(piece);
        const arrays = sourcesOf(piece, found).map((one) => one.data());
        positions.forEach((from, k) => {
          data[at + k] = arrays.reduce((sum, array) => sum + Number(array[from]), 0);
        });
        at += positions.length;
      }
      return [path, tensor(data, { shape, dtype: wide ? "f64" : "f32" })];
    }),
  );
}

/** Checks the arguments of the two conversions and returns the pieces. Throws GraphError. */
export function piecesOf<In, Out>(
  where: string,
  model: Module<In, Out>,
  options: TorchOptions,
): TorchPieces {
  checkNames(where, options, ["names"], GraphError);
  if (model?.definition !== undefined) {
    return torchPieces(where, model as unknown as AnyModule, options.names);
  }
  throw new GraphError({
    where,
    must: "its first argument must be a module",
    got: typeof model,
    todo: `call ${where}(dense(2, 3), …)`,
  });
}

/** Returns the tensors of a piece that are present. */
function sourcesOf(piece: TorchTensorPiece, found: ReadonlyMap<string, Tensor>): Tensor[] {
  return namesOf(piece).flatMap((name) => found.get(name) ?? []);
}

const floats: readonly string[] = ["f32", "f64"] satisfies FloatType[];

/** Throws DataError if tensors are missing, unexpected, of another shape or not floats. */
function checkTensors({ pieces, ignored }: TorchPieces, found: ReadonlyMap<string, Tensor>): void {
  const expected = new Set<string>();
  const missing = new Set<string>();
  const wrong = new Set<string>();
  for (const piece of [...pieces.values()].flat()) {
    if (isFill(piece)) continue;
    const names = namesOf(piece);
    const absent = piece.optional === true && !names.some((name) => found.has(name));
    for (const name of names) {
      expected.add(name);
      const value = found.get(name);
      const said = `${name} ${showShape(piece.shape)}`;
      if (value === undefined && !absent) missing.add(said);
      if (value === undefined) continue;
      if (!sameShape(value.shape, piece.shape)) {
        wrong.add(`${showShape(value.shape)} for ${said}`);
      } else if (!floats.includes(value.dtype)) wrong.add(`${value.dtype} for ${said}`);
    }
  }
  const unexpected = [...found].flatMap(([name, { shape }]) =>
    expected.has(name) || ignored.has(name) ? [] : [`${name} ${showShape(shape)}`],
  );
  const parts = [
    ["missing", [...missing]],
    ["unexpected", unexpected],
    ["wrong", [...wrong]],
  ] as const;
  const said = parts.flatMap(([word, list]) =>
    list.length === 0 ? [] : [`${word}: ${some(list)}`],
  );
  if (said.length === 0) return;
  throw new DataError({
    where: "fromTorch",
    must: "the tensors must be those of the model",
    got: said.join("; "),
    todo: 'pass PyTorch\'s names of modules, as in { names: { dense1: "2" } }, or leave out what the model does not have',
  });
}

function some(list: readonly string[]): string {
  return `${list.slice(0, 8).join(", ")}${list.length > 8 ? `, and ${list.length - 8} more` : ""}`;
}
