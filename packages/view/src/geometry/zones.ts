import { checkNames, DataError } from "@metrigrad/tensor";
import { matrixOf } from "../heat/matrices.ts";
import { valueScale } from "../heat/scale.ts";
import { sheet } from "../plot/sheet.ts";
import { kindOf, refused } from "../refused.ts";
import { type Field, layFields } from "./fields.ts";
import { axisOf, checkColumns } from "./landscape.ts";
import type { Zone } from "./learningZones.ts";

/**
 * Options of {@link zones}.
 *
 * @category Pictures
 */
export interface ZoneOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** How many zones stand beside each other; at most 3 by default. */
  readonly columns?: number;
}

/**
 * Draws where neurons learn, over a plane of inputs: dark where a sample counts most for a neuron, and pale where it counts nothing.
 *
 * Each plane has the colours of its own largest ν, which its name tells.
 *
 * {@includeCode ../../../../examples/api/view/zones.ts#example}
 *
 * @param given - The zones, as {@link learningZones} computes them.
 * @param options - The title and the number of columns.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if there are no zones, and for options that are not valid.
 * @category Pictures
 */
export function zones(given: readonly Zone[], options: ZoneOptions = {}): string {
  checkNames("zones", options, ["title", "note", "columns"], DataError);
  if (!Array.isArray(given) || given.length === 0) {
    const todo = "pass await learningZones(model, store)";
    throw refused("zones", "there must be zones", kindOf(given), todo);
  }
  const { title, note = "", columns = Math.min(3, given.length) } = options;
  checkColumns("zones", columns);
  const fields = given.map((zone: Zone): Field => {
    const where = `zones, ${zone?.name}`;
    const { rows, columns: across, values } = matrixOf(where, zone?.values);
    const most = Math.max(...Array.from(values));
    const shares = Float64Array.from(values, (value) => (most > 0 ? value / most : 0));
    return {
      name: `${zone.name}, to ${most.toPrecision(2)}`,
      x: axisOf(where, "x", zone.x),
      y: axisOf(where, "y", zone.y),
      matrix: { rows, columns: across, values: shares },
      paths: [],
      marks: [],
    };
  });
  const scale = valueScale("zones", [], "linear", [0, 1]);
  return sheet({
    heading: title,
    note,
    title: title ?? "Effective learning zones",
    description: `How much a sample counts for neurons, over two inputs: ${fields.map(({ name }) => name).join("; ")}.`,
    content: ({ top }) => layFields(fields, scale, "ν, as a share of its largest", columns, top),
  });
}
