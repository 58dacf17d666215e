import { GraphError, sizeOf, stridesOf } from "@metrigrad/tensor";
import type { AnyModule } from "../core/module.ts";
import type { ParameterSpec } from "../core/parameter.ts";
import { memberPaths, parameterPath } from "../core/paths.ts";
import type { TorchFill, TorchLayout, TorchPiece, TorchTensorPiece } from "./layout.ts";

/** The values of a model as PyTorch has them. */
export interface TorchPieces {
  /** The pieces of each parameter and statistic by its path, with full names. */
  readonly pieces: ReadonlyMap<string, readonly TorchPiece[]>;
  /** The specification of each parameter and statistic by its path. */
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** The full names that have no counterpart. */
  readonly ignored: ReadonlySet<string>;
}

/** Returns the values of a model as PyTorch has them. Throws GraphError if a given name or a layout does not fit. */
export function torchPieces(
  where: string,
  model: AnyModule,
  names: Readonly<Record<string, string>> = {},
): TorchPieces {
  const paths = memberPaths(model);
  checkPaths(where, names, [...paths.values()]);
  const pieces = new Map<string, readonly TorchPiece[]>();
  const specs = new Map<string, ParameterSpec>();
  const ignored = new Set<string>();
  const seen = new Set<AnyModule>();
  const shared = new Set<ParameterSpec>();
  const visit = (module: AnyModule, prefix: string) => {
    if (seen.has(module)) return;
    seen.add(module);
    const path = paths.get(module) as string;
    const layout = layoutOf(module);
    for (const [inner, own] of Object.entries(layout.params ?? {})) {
      const full = parameterPath(path, inner);
      // What a module says of the modules inside holds.
      if (!pieces.has(full))
        pieces.set(
          full,
          own.map((piece) => placed(piece, prefix)),
        );
    }
    for (const name of layout.ignored ?? []) ignored.add(torchName(prefix, name));
    for (const [name, spec] of Object.entries(module.params)) {
      const full = parameterPath(path, name);
      // A parameter that several modules share has the path of the first one.
      if (shared.has(spec)) continue;
      shared.add(spec);
      specs.set(full, spec);
      const same = { name: torchName(prefix, name), shape: spec.shape };
      if (!pieces.has(full)) pieces.set(full, [same]);
      checkFilled(where, full, spec, pieces.get(full) as readonly TorchPiece[]);
    }
    for (const [at, child] of module.children.entries()) {
      const own = module.childNames?.[at] ?? String(at);
      const given = names[paths.get(child) as string];
      visit(child, given ?? torchName(prefix, layout.children?.[own] ?? own));
    }
  };
  visit(model, names[""] ?? "");
  return { pieces, specs, ignored };
}

/** Returns the layout that the kind of a module says. */
function layoutOf({ definition, options }: AnyModule): TorchLayout {
  const { torch } = definition.spec;
  return torch === undefined ? {} : torch(options as never);
}

function torchName(prefix: string, name: string): string {
  return prefix === "" ? name : name === "" ? prefix : `${prefix}.${name}`;
}

/** Returns a piece of a module inside, with a name under that of the module. */
export function placed(piece: TorchPiece, prefix: string): TorchPiece {
  if (isFill(piece)) return piece;
  const { name, plus } = piece;
  const full = { ...piece, name: torchName(prefix, name) };
  return plus === undefined ? full : { ...full, plus: torchName(prefix, plus) };
}

/** Whether a piece is a value that PyTorch does not have. */
export function isFill(piece: TorchPiece): piece is TorchFill {
  return "fill" in piece;
}

/** Returns the names of the tensors of a piece. */
export function namesOf({ name, plus }: TorchTensorPiece): readonly string[] {
  return plus === undefined ? [name] : [name, plus];
}

/** Returns the positions in a tensor of PyTorch of the elements of a piece, in the order of the parameter. */
export function positionsOf(piece: TorchTensorPiece): Int32Array {
  const { shape, split = shape, at } = piece;
  const own = split.map((_, axis) => axis).slice(at === undefined ? 0 : 1);
  const { order = own } = piece;
  const strides = stridesOf(split);
  let positions: number[] = [(at ?? 0) * (strides[0] ?? 0)];
  for (const axis of order) {
    const [size = 1, stride = 0] = [split[axis], strides[axis]];
    const steps = Array.from({ length: size }, (_, i) => i * stride);
    positions = positions.flatMap((begin) => steps.map((step) => begin + step));
  }
  return Int32Array.from(positions);
}

/** Throws GraphError unless pieces have as many elements as the parameter. */
function checkFilled(
  where: string,
  path: string,
  { shape }: ParameterSpec,
  pieces: readonly TorchPiece[],
): void {
  const count = pieces.reduce((sum, piece) => {
    if (isFill(piece)) return sum + sizeOf(piece.shape);
    const { split = piece.shape, at } = piece;
    return sum + sizeOf(at === undefined ? split : split.slice(1));
  }, 0);
  if (count === sizeOf(shape)) return;
  throw new GraphError({
    where: `${where}, ${path}`,
    must: `the pieces of its layout must have ${sizeOf(shape)} elements, as the parameter has`,
    got: String(count),
    todo: "correct the member torch of its kind of module",
  });
}

/** Throws GraphError if there is a name for a module that the model does not have. */
function checkPaths(
  where: string,
  names: Readonly<Record<string, string>>,
  paths: readonly string[],
): void {
  const odd = Object.keys(names).find((path) => !paths.includes(path));
  if (odd === undefined) return;
  throw new GraphError({
    where: `${where}, names`,
    must: `each path must be that of a module: ${paths.filter((path) => path !== "").join(", ")}`,
    got: odd,
    todo: 'pass { names: { dense1: "2" } }, with the path here and the name in PyTorch',
  });
}
