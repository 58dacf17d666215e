/** How a workgroup computes a part of a product from tiles of both factors that it shares. */
export interface TileForm {
  readonly kind: "tile";
  /** The part of the product that a workgroup computes. */
  readonly rows: number;
  readonly columns: number;
  /** The number of terms that are fetched at a time. */
  readonly depth: number;
  /** The part of it that a thread computes: `down`×`across`. */
  readonly down: 1 | 2 | 4 | 8;
  readonly across: 4 | 8;
  /** Whether the next tiles are fetched into registers while the present ones are used. */
  readonly ahead: boolean;
}

/** How subgroups compute parts of a product: lanes hold elements of a, and pass them to each other. */
export interface LanesForm {
  readonly kind: "lanes";
  /** The number of rows of a subgroup, a multiple of 4. It has four columns for each lane. */
  readonly rows: number;
  /** The number of lanes of a subgroup. */
  readonly lanes: number;
  /** The number of subgroups of a workgroup, one below the other. */
  readonly subgroups: number;
}

/** How threads compute a product without each other: each has four columns of one row. */
export interface PlainForm {
  readonly kind: "plain";
  /** The part of the product that a workgroup computes. */
  readonly rows: number;
  readonly columns: number;
}

/** How the parts of a product are computed. */
export type Form = TileForm | LanesForm | PlainForm;

/** How a product is computed. */
export interface Shape {
  readonly form: Form;
  /** The number of parts into which its sums are cut. A second dispatch adds the parts. */
  readonly slices: number;
}

/** What is known of a product before its shape is chosen. Products with equal traits have equal shapes. */
export interface Traits {
  /** The kind of the step, and what its cost depends on beside the sizes. */
  readonly step: string;
  readonly batches: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether only the lower triangle is wanted. */
  readonly lower: boolean;
  /** Whether the step may be skipped. */
  readonly guarded: boolean;
  /** How the factors and the results lie: along the sum or not, in vectors of four or not. */
  readonly layout: string;
}

/** Returns a text that is the same for equal traits. */
export function keyOf(traits: Traits): string {
  return JSON.stringify(traits);
}

/** What the choice of a shape depends on. */
export interface Abilities {
  /** Whether the device is a program on the processor. */
  readonly processor: boolean;
  /** The number of lanes of each subgroup; 0 if kernels cannot use subgroups, or if it is not always the same. */
  readonly lanes: number;
  /** The bytes that a workgroup may share. */
  readonly sharedBytes: number;
}

const tile = (
  rows: number,
  columns: number,
  depth: number,
  down: TileForm["down"],
  across: TileForm["across"],
): TileForm => ({ kind: "tile", rows, columns, depth, down, across, ahead: false });

/** From large to small. Large ones fetch least; small ones make more workgroups. */
const tiles: readonly TileForm[] = [
  tile(128, 128, 16, 8, 8),
  tile(64, 64, 16, 4, 4),
  tile(32, 32, 16, 4, 4),
];

/** Tiles that only a measurement chooses. */
const otherTiles: readonly TileForm[] = [
  tile(128, 128, 8, 8, 8),
  tile(128, 64, 16, 8, 8),
  tile(64, 128, 16, 8, 8),
  tile(64, 64, 16, 8, 8),
  tile(64, 32, 16, 4, 4),
  tile(32, 64, 16, 4, 4),
  tile(16, 64, 16, 4, 4),
  tile(32, 32, 32, 2, 4),
  tile(16, 16, 16, 1, 4),
  tile(16, 16, 32, 1, 4),
];

/** For small products, whose texts would take longer to compile than they save. */
const plain: PlainForm = { kind: "plain", rows: 16, columns: 16 };

/** The number of terms in all sums from which a product is not small. */
const leastOfLarge = 2 ** 15;

/** Whether a product is so small that short texts which many products share are better than fast ones. */
export function isSmall({ batches, m, n, k }: Pick<Traits, "batches" | "m" | "n" | "k">): boolean {
  return batches * m * n * k < leastOfLarge;
}

/** The least number of terms of a part of a sum. */
const shortest = 128;

/** Returns the part of a product that a workgroup computes. */
export function spanOf(form: Form): {
  readonly rows: number;
  readonly columns: number;
} {
  if (form.kind !== "lanes") return form;
  return { rows: form.rows * form.subgroups, columns: 4 * form.lanes };
}

/** Returns the number of threads of a workgroup. */
export function threadsOf(form: Form): number {
  if (form.kind === "lanes") return form.lanes * form.subgroups;
  if (form.kind === "plain") return (form.rows * form.columns) / 4;
  return (form.rows / form.down) * (form.columns / form.across);
}

/** Returns the number of workgroups without a cut of the sums. */
export function groupsOf({ batches, m, n }: Traits, form: Form): number {
  const { rows, columns } = spanOf(form);
  return batches * Math.ceil(m / rows) * Math.ceil(n / columns);
}

/** Returns the number of workgroups that keep a device busy: a graphics card, or a processor. */
const groupsToFill = ({ processor }: Abilities) => (processor ? 4 : 128);

/** Returns the largest number of slices that still helps to have so many workgroups. */
function slicesOf(traits: Traits, form: Form, groups: number): number {
  const most = Math.min(
    Math.floor(traits.k / shortest),
    Math.floor(groups / groupsOf(traits, form)),
  );
  return Math.max(1, most);
}

/** Whether the tiles, and a word for a condition, fit into the memory of a workgroup. */
function fits({ guarded }: Traits, form: TileForm, { sharedBytes }: Abilities): boolean {
  return 4 * (form.rows + form.columns) * form.depth + (guarded ? 4 : 0) <= sharedBytes;
}

/** Returns the shape of a product that nobody has measured. It depends on nothing but the arguments. */
export function defaultShape(traits: Traits, abilities: Abilities): Shape {
  const form = defaultForm(traits, abilities);
  return { form, slices: slicesOf(traits, form, groupsToFill(abilities)) };
}

function defaultForm(traits: Traits, abilities: Abilities): Form {
  const { processor, lanes } = abilities;
  if (processor && isSmall(traits)) return plain;
  if (processor && lanes > 0) return lanesForm(lanes, 4);
  const all = tiles.map((form) =>
    // The largest tiles fill the memory of a workgroup. A condition needs a word of it.
    fits(traits, form, abilities) ? form : { ...form, depth: form.depth / 2 },
  );
  const enough = groupsToFill(abilities);
  return all.find((form) => groupsOf(traits, form) >= enough) ?? (all.at(-1) as TileForm);
}

/** Returns the shapes to measure first, the default before the others: all forms that do not waste much. */
export function firstShapes(traits: Traits, abilities: Abilities): readonly Shape[] {
  const { lanes } = abilities;
  const forms: Form[] = [...tiles, ...otherTiles].filter((form) => fits(traits, form, abilities));
  if (isSmall(traits)) forms.push(plain);
  if (lanes > 0) forms.push(lanesForm(lanes, 1), lanesForm(lanes, 4));
  const least = Math.min(...forms.map((form) => computed(traits, form)));
  const enough = groupsToFill(abilities);
  const shapes = forms
    .filter((form) => {
      const groups = groupsOf(traits, form);
      return computed(traits, form) <= 2 * least && groups <= mostFills * enough;
    })
    .map((form): Shape => ({ form, slices: slicesOf(traits, form, enough) }));
  return different([defaultShape(traits, abilities), ...shapes]);
}

/** Returns other shapes of the same form: more and fewer slices, and tiles that are fetched ahead. */
export function variantsOf(
  { form, slices }: Shape,
  traits: Traits,
  abilities: Abilities,
): readonly Shape[] {
  const most = slicesOf(traits, form, 4 * groupsToFill(abilities));
  const counts = [slices, 1, Math.ceil(most / 4), Math.ceil(most / 2), most];
  const forms = form.kind === "tile" ? [form, { ...form, ahead: true }] : [form];
  return different(forms.flatMap((one) => counts.map((count) => ({ form: one, slices: count }))));
}

/** The number of workgroups, as a multiple of those that fill the device, above which a form is too small. */
const mostFills = 64;

/** Returns the number of elements that the workgroups compute, with those beyond the ends. */
function computed(traits: Traits, form: Form): number {
  const { rows, columns } = spanOf(form);
  return groupsOf(traits, form) * rows * columns;
}

function different(shapes: readonly Shape[]): readonly Shape[] {
  return [...new Map(shapes.map((shape) => [JSON.stringify(shape), shape])).values()];
}

/** Returns a form with so many subgroups in a workgroup, if they are not more than the 256 threads that each device has. */
function lanesForm(lanes: number, subgroups: number): LanesForm {
  const most = Math.max(1, Math.floor(256 / lanes));
  return { kind: "lanes", rows: 8, lanes, subgroups: Math.min(subgroups, most) };
}
