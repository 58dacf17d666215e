import { uniformStream } from "metrigrad";

const districts = ["centre", "harbour", "hills", "north"] as const;
const offsets = [220, 90, 40, -60] as const;

/** A table of flats as CSV: some ages are missing, some prices are typing errors, and newer sales count more. */
export function flatsCsv({ rows, seed }: { rows: number; seed: number }): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const stream = uniformStream({ seed, path: "examples/flats", counter: row });
    const area = 30 + 110 * stream.uniform(0);
    const age = Math.floor(90 * stream.uniform(1));
    const at = Math.floor(districts.length * stream.uniform(2));
    const right = 3.1 * area + (offsets[at] as number) - 1.2 * age + 0.02 * age ** 2 + 100 + 15 * stream.normal(10);
    const price = stream.uniform(3) < 0.04 ? 10 * right : right;
    const known = stream.uniform(4) < 0.9 ? String(age) : "";
    const weight = stream.uniform(5) < 0.5 ? 1 : 0.25;
    return [area.toFixed(1), known, districts[at], weight, price.toFixed(0)].join(",");
  });
  return ["area,age,district,weight,price", ...lines].join("\n");
}
