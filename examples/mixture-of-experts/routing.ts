import {
  type AppliedExtras,
  applyModel,
  compile,
  constant,
  type MixtureExtras,
  mean,
  type mixtureOfExperts,
  type Store,
  square,
  sub,
} from "metrigrad";
import type { Report } from "../support/settings.ts";
import type { Points } from "./regions.ts";

/**
 * Where the gate leads the points of every region: the mean gates by region and expert, the share of the largest one, and the
 * error of the response.
 */
export async function routing(
  model: ReturnType<typeof mixtureOfExperts>,
  store: Store,
  { x, y, region }: Points,
): Promise<Report> {
  const { output, extras } = applyModel(model, constant(x));
  const { gates, balance } = (extras[0] as AppliedExtras).values as unknown as MixtureExtras;
  const error = mean(square(sub(output, constant(y))));
  const program = await compile({ outputs: { gates, balance, error } }, store);
  const found = await program.run();
  const read = async (name: keyof typeof found) => (await found[name].read()).data();
  const [all, [load = 0], [squared = 0]] = [
    await read("gates"),
    await read("balance"),
    await read("error"),
  ];
  await program.close();
  const experts = gates.shape[1] as number;
  const table = Array.from({ length: Math.max(...region) + 1 }, (_, r) => {
    const rows = region.flatMap((one, i) => (one === r ? [i] : []));
    return Array.from({ length: experts }, (_, e) => {
      return rows.reduce((sum, i) => sum + (all[i * experts + e] as number), 0) / rows.length;
    });
  });
  const shares = table.flatMap((row, r) =>
    row.map((share, e) => [`region ${r}, expert ${e}`, share] as const),
  );
  const best = table.map((row) => row.indexOf(Math.max(...row)));
  return {
    ...Object.fromEntries(shares),
    "root mean square error": Math.sqrt(squared),
    balance: load,
    "least share of a region's own expert": Math.min(...table.map((row) => Math.max(...row))),
    "experts with a region of their own": new Set(best).size,
  };
}
