import type { Dispatch, Kernel } from "../../wgsl/kernel.ts";
import { type Finish, finishLines, type Product } from "./factor.ts";
import { lanesDispatch } from "./lanes.ts";
import { plainDispatch } from "./plain.ts";
import { isSmall, type Shape, type Traits } from "./shape.ts";
import { tiledDispatch } from "./tiled.ts";

/** Returns the dispatches of a product. If its sums are cut, a second dispatch adds the parts. */
export function productDispatches(
  kernel: Kernel,
  given: Product,
  guarded: boolean,
): readonly Dispatch[] {
  const product = isSmall(given) ? withoutQuads(given) : given;
  const { batches, m, n } = product;
  const size = batches * m * n;
  if (size === 0) return [];
  const traits = traitsOf(product, guarded);
  const shape = kernel.memory.shapeOf(traits);
  const { slices } = shape;
  if (slices === 1) return [partsOf(kernel, product, traits, shape)];
  const parts = kernel.scratch("f32", slices * size, 0);
  const [all, high, wide] = [size, m, n].map((x) => kernel.param(x));
  const at = (slice: string, column: string) =>
    `(${slice} * ${all} + (batch * ${high} + row) * ${wide} + ${column})`;
  const quads = n % 4 === 0 && !isSmall(product);
  const finish: Finish = {
    lines: [],
    stores: [{ target: parts, place: at("slice", "column"), value: "value" }],
    quads,
  };
  const first = partsOf(kernel, { ...product, finish }, traits, shape);
  const value = (slice: string) =>
    quads
      ? parts.quad(at(slice, "columnFirst"))
      : vectorOf((c) => parts.load(at(slice, `min(columnFirst + ${c}u, ${wide} - 1u)`)));
  return [first, added(kernel, product, slices, value)];
}

/** Small products of all layouts share a text, so that there are fewer to compile. */
function withoutQuads(product: Product): Product {
  const { a, b, finish } = product;
  return {
    ...product,
    a: { ...a, quad: null },
    b: { ...b, quad: null },
    finish: { ...finish, quads: false },
  };
}

function traitsOf(product: Product, guarded: boolean): Traits {
  const { step, batches, m, n, k, lower, a, b, finish } = product;
  const layout = [a, b].map(({ alongSum, quad }) => `${alongSum ? "sum" : "outer"}${quad ? 4 : 1}`);
  return {
    ...{ step, batches, m, n, k, lower, guarded },
    layout: [...layout, finish.quads ? 4 : 1].join(),
  };
}

function partsOf(kernel: Kernel, product: Product, traits: Traits, shape: Shape): Dispatch {
  const { batches, m, n, k } = product;
  kernel.cutInto(Math.ceil((batches * m * n * k) / kernel.memory.mostTerms));
  const parts = cutPartsOf(kernel, product, traits, shape);
  kernel.cutInto(1);
  return parts;
}

function cutPartsOf(kernel: Kernel, product: Product, traits: Traits, shape: Shape): Dispatch {
  const { form, slices } = shape;
  if (form.kind === "tile") return tiledDispatch(kernel, product, traits, form, slices);
  if (form.kind === "lanes") return lanesDispatch(kernel, product, traits, form, slices);
  return plainDispatch(kernel, product, traits, form, slices);
}

const vectorOf = (element: (component: number) => string) =>
  `vec4<f32>(${[0, 1, 2, 3].map(element).join(", ")})`;

/** Adds the parts of each element, and finishes it. A thread has four neighbours of a row. */
function added(
  kernel: Kernel,
  { batches, m, n, a, b, lower, finish }: Product,
  slices: number,
  part: (slice: string) => string,
): Dispatch {
  const lanes = 64;
  const perRow = Math.ceil(n / 4);
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${batches * m * perRow}u) { return; }`,
    `let columnFirst = 4u * (index % ${perRow}u);`,
    `let row = (index / ${perRow}u) % ${m}u;`,
    `let batch = index / ${m * perRow}u;`,
    ...(lower ? ["if (columnFirst > row) { return; }"] : []),
    ...a.lines,
    ...b.lines,
    "var sum = vec4<f32>(0.0);",
    `for (var slice = 0u; slice < ${slices}u; slice++) { sum += ${part("slice")}; }`,
    ...finishLines(finish, `${n}u`, "columnFirst", "sum"),
  ];
  return kernel.build(body, Math.ceil((batches * m * perRow) / lanes), lanes, false);
}
