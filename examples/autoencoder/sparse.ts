import { type Initializer, uniformStream } from "metrigrad";

/** Inputs of a unit whose weights are not 0 at first. */
const connections = 15;

/**
 * The sparse initial weights [in, out] of Martens (2010, section 5): every unit begins with 15 inputs by chance, with
 * weights of N(0, 1), so that it is neither saturated nor like the others, however many inputs there are.
 */
export const sparse: Initializer = ({ path, seed, shape }) => {
  const [inputs = 1, outputs = 1] = shape;
  const places = uniformStream({ path: `${path}/places`, seed });
  const values = uniformStream({ path, seed });
  const count = Math.min(connections, inputs);
  const weights = new Float64Array(inputs * outputs);
  const order = Int32Array.from({ length: inputs }, (_, row) => row);
  for (let unit = 0; unit < outputs; unit++) {
    // The first steps of a shuffle: `count` different rows, whatever order they were in before.
    for (let i = 0; i < count; i++) {
      const at = unit * count + i;
      const other = i + Math.floor(places.uniform(at) * (inputs - i));
      const row = order[other] as number;
      order[other] = order[i] as number;
      order[i] = row;
      weights[row * outputs + unit] = values.normal(at);
    }
  }
  return weights;
};
