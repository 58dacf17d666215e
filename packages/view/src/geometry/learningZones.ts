import { compile, input, max, type Node, slice, unaryOf } from "@metrigrad/graph";
import { unitRowOf } from "@metrigrad/metric";
import { type Activation, type Application, applyModel, type Module } from "@metrigrad/nn";
import { checkNames, DataError, type Store, type Tensor, tensor } from "@metrigrad/tensor";
import { refused } from "../refused.ts";
import { axisOf, type PlaneAxis } from "./landscape.ts";

/**
 * The plane of inputs over which neurons are looked at.
 *
 * @category Pictures
 */
export interface ZonePlane {
  /** The axis from left to right: the first input of the model by default, from −5 to 5. */
  readonly x?: PlaneAxis & { readonly input?: number };
  /** The axis from bottom to top: the second input by default, from −5 to 5. */
  readonly y?: PlaneAxis & { readonly input?: number };
  /** The values of all inputs of the model; those of the plane are replaced. Zeros by default. */
  readonly at?: readonly number[];
  /** The cells along each side; 65 by default. */
  readonly cells?: number;
  /** The neurons of each layer that are shown one by one, by their numbers from 0; by default the largest ν of each layer. */
  readonly units?: readonly number[];
}

/**
 * Where neurons learn: their ν(t) over a plane of inputs, for {@link zones}.
 *
 * @category Pictures
 */
export interface Zone {
  /** The name, such as "dense0: largest ν of 5". */
  readonly name: string;
  /** The axis from left to right. */
  readonly x: PlaneAxis;
  /** The axis from bottom to top. */
  readonly y: PlaneAxis;
  /** The values ν ≥ 0, [rows, columns], the first row at the highest y. */
  readonly values: Tensor;
}

const planeNames = [
  "x",
  "y",
  "at",
  "cells",
  "units",
] as const satisfies readonly (keyof ZonePlane)[];

/**
 * Computes where the neurons of a model learn: ν(t) at the inputs of a plane, for each layer h = f(t) with an element-wise f.
 *
 * ν(t) is how much a sample counts in the metric E[ν(t) x̃x̃'] of a neuron with pre-activation t = w'x̃. Where it is near 0 the
 * neuron learns nothing from a sample, which is its effective learning zone (Sun and Nielsen 2017).
 *
 * @param model - The model, whose input is one value [n, d].
 * @param store - The store that has the model's values.
 * @param plane - The plane; the first two inputs from −5 to 5 by default.
 * @returns A promise of the zones, for each layer or for each neuron that was asked for.
 * @throws {@link DataError} if no layer has an element-wise activation, for a neuron that a layer does not have, and for a plane
 *   that is none.
 * @throws {@link GraphError} if the model cannot be compiled on the store.
 * @category Pictures
 */
export async function learningZones(
  model: Module<Node, Node>,
  store: Store,
  plane: ZonePlane = {},
): Promise<Zone[]> {
  checkNames("learningZones", plane, planeNames, DataError);
  const { cells = 65, units = null } = plane;
  if (!(Number.isInteger(cells) && cells > 1)) {
    const todo = "pass { cells: 65 }";
    throw refused("learningZones", "cells must be an integer above 1", String(cells), todo);
  }
  const width = widthOf(model, plane);
  const axes = [axisFor(plane.x, 0, width), axisFor(plane.y, 1, width)] as const;
  const points = pointsOf(plane, axes, width, cells);
  if (axes[0].input === axes[1].input) {
    const must = "the axes must be two inputs";
    throw refused("learningZones", must, `${axes[0].input} twice`, "pass another one for y");
  }
  const x = input("x", [cells * cells, width]);
  const { applications } = applyModel(model, x);
  const layers = applications.flatMap((one) => layerOf(one));
  if (layers.length === 0) {
    throw refused(
      "learningZones",
      "a layer must have an element-wise activation",
      applications.map(({ path }) => path).join(", ") || "no layer with parameters",
      "pass a model with one, such as dense(2, 5, { activation: tanh })",
    );
  }
  const shown = layers.flatMap((layer) => unitsOf(layer, units));
  const program = await compile({ outputs: shown.map(({ nu }) => nu) }, store);
  const handles = await program.run({ x: points });
  const values = await Promise.all(handles.map((handle) => handle.read()));
  await program.close();
  return shown.map(({ name }, at) => ({
    name,
    x: axes[0],
    y: axes[1],
    values: tensor((values[at] as Tensor).data(), { shape: [cells, cells] }),
  }));
}

interface Layer {
  readonly path: string;
  readonly t: Node;
  readonly activation: Activation;
}

function layerOf({ path, preActivation, response }: Application): Layer[] {
  const node = response as Node;
  const activation = node.op === undefined ? null : unaryOf(node);
  if (preActivation === null || activation === null || preActivation.shape.length !== 2) return [];
  return [{ path, t: preActivation, activation }];
}

function unitsOf({ path, t, activation }: Layer, units: readonly number[] | null) {
  const nu = unitRowOf(activation).nu(t);
  const count = t.shape[1] as number;
  if (units === null) {
    const name = count === 1 ? `${path}: ν` : `${path}: largest ν of ${count}`;
    return [{ name, nu: max(nu, { axis: 1 }) }];
  }
  return units.map((unit) => {
    if (!(Number.isInteger(unit) && unit >= 0 && unit < count)) {
      const must = `units must be from 0 to ${count - 1} in ${path}`;
      throw refused("learningZones", must, String(unit), "leave units out, or pass { units: [0] }");
    }
    return { name: `${path}: ν of neuron ${unit}`, nu: slice(nu, [null, [unit, unit + 1]]) };
  });
}

/** The number of inputs, which the first affine parameter of the model tells, or the given values. */
function widthOf(model: Module<Node, Node>, { at }: ZonePlane): number {
  const first = model.variables[0]?.spec.shape;
  const width = at?.length ?? (first?.length === 2 ? (first[0] as number) - 1 : undefined);
  if (width !== undefined && width >= 2) return width;
  throw refused(
    "learningZones",
    "the model must take rows of at least two inputs",
    String(width ?? "an unknown width"),
    "pass the values of all inputs: { at: [0, 0, 0] }",
  );
}

function axisFor(axis: ZonePlane["x"], usual: number, width: number) {
  const own = axis?.input ?? usual;
  if (!(Number.isInteger(own) && own >= 0 && own < width)) {
    const must = `input must be from 0 to ${width - 1}`;
    throw refused("learningZones", must, String(own), "pass the number of an input, from 0");
  }
  const title = axis?.title ?? `x${"₀₁₂₃₄₅₆₇₈₉"[own + 1] ?? own + 1}`;
  const { range } = axisOf("learningZones", usual === 0 ? "x" : "y", {
    title,
    range: axis?.range ?? [-5, 5],
  });
  return { title, range, input: own };
}

function pointsOf(
  { at }: ZonePlane,
  [x, y]: readonly [ReturnType<typeof axisFor>, ReturnType<typeof axisFor>],
  width: number,
  cells: number,
): Tensor {
  const base = Float64Array.from({ length: width }, (_, i) => at?.[i] ?? 0);
  const values = new Float64Array(cells * cells * width);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const from = (row * cells + column) * width;
      values.set(base, from);
      values[from + x.input] = middle(x.range, (column + 0.5) / cells);
      values[from + y.input] = middle(y.range, 1 - (row + 0.5) / cells);
    }
  }
  return tensor(values, { shape: [cells * cells, width] });
}

const middle = ([from, to]: readonly [number, number], share: number) => from + share * (to - from);
