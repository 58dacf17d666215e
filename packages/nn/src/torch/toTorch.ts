import {
  DataError,
  hostArray,
  sameShape,
  showShape,
  sizeOf,
  type Tensor,
  type TypedArray,
  tensor,
} from "@metrigrad/tensor";
import type { Module } from "../core/module.ts";
import { asTensors, type NamedTensors, piecesOf, type TorchOptions } from "./fromTorch.ts";
import { isFill, namesOf, positionsOf } from "./torchPieces.ts";

/**
 * Converts the values of a model to the tensors of a PyTorch model, as `load_state_dict` takes them.
 *
 * It is the inverse of {@link fromTorch}. Where PyTorch has two biases of which only the sum counts, the first one gets it, and
 * the second one is zero.
 *
 * @param model - The module that the values are of.
 * @param values - The values by path, for example of `checkpointTensors`. Values of other paths are left out.
 * @param options - PyTorch's names of modules.
 * @returns The tensors by PyTorch's names, for `writeSafetensors` or `writeNpz`.
 * @throws {@link DataError} if a value is missing or has another shape.
 * @throws {@link GraphError} if an option is unknown, if `model` is not a module, or if a path is none of the model.
 * @category Models: composing
 */
export function toTorch<In, Out>(
  model: Module<In, Out>,
  values: NamedTensors,
  options: TorchOptions = {},
): Map<string, Tensor> {
  const { pieces, specs } = piecesOf("toTorch", model, options);
  const found = asTensors("toTorch", values);
  const made = new Map<string, { readonly shape: readonly number[]; readonly data: TypedArray }>();
  for (const [path, { shape }] of specs) {
    const value = valueOf(path, shape, found);
    const data = value.data();
    const arrayOf = (name: string, own: readonly number[]) => {
      const known = made.get(name) ?? { shape: own, data: hostArray(value.dtype, sizeOf(own)) };
      made.set(name, known);
      return known.data;
    };
    let at = 0;
    for (const piece of pieces.get(path) ?? []) {
      if (isFill(piece)) {
        at += sizeOf(piece.shape);
        continue;
      }
      const [first] = namesOf(piece).map((name) => arrayOf(name, piece.shape));
      const positions = positionsOf(piece);
      positions.forEach((to, k) => {
        (first as TypedArray)[to] = data[at + k] as number;
      });
      at += positions.length;
    }
  }
  return new Map([...made].map(([name, { shape, data }]) => [name, tensor(data, { shape })]));
}

/** Returns a value of a path. Throws DataError if it is missing or has another shape. */
function valueOf(
  path: string,
  shape: readonly number[],
  found: ReadonlyMap<string, Tensor>,
): Tensor {
  const value = found.get(path);
  if (value !== undefined && sameShape(value.shape, shape)) return value;
  throw new DataError({
    where: "toTorch",
    must: `there must be a value ${showShape(shape)} for ${path}`,
    got: value === undefined ? "none" : showShape(value.shape),
    todo: "pass the values of a store with the model: await checkpointTensors(store)",
  });
}
