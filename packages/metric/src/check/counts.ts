import { tensor } from "@metrigrad/tensor";
import { densityOf, type Response, type Responses } from "./density.ts";

/** Probability that may be left out. */
const tail = 1e-11;
/** Most combinations of counts that are worth it. */
const most = 5000;

/**
 * The counts 0, 1, 2, … of m responses up to a tail, y [count·n, m] for n rows; null where they do
 * not carry the probability of the law: then it is not one of counts, or of rates too large.
 */
export async function countsOf(response: Response, m: number): Promise<Responses | null> {
  const n = response.natural.shape[0] as number;
  for (let perAxis = 16; perAxis ** m <= most; perAxis += Math.ceil(perAxis / 2)) {
    const count = perAxis ** m;
    const y = Float64Array.from({ length: count * n * m }, (_, i) => {
      const q = Math.floor(i / (n * m));
      return Math.floor(q / perAxis ** (i % m)) % perAxis;
    });
    const responses = { y: tensor(y, { shape: [count * n, m] }), count };
    const density = await densityOf(response, responses);
    const logs = await density.logProb(null);
    await density.close();
    const masses = new Float64Array(n);
    logs.forEach((log, i) => {
      masses[i % n] = (masses[i % n] as number) + Math.exp(log);
    });
    if (masses.every((mass) => Math.abs(mass - 1) < tail)) return responses;
  }
  return null;
}
