import { gather } from "@metrigrad/graph";
import { defModule, glorotUniform, param } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";

const lookedUp = defModule({
  name: "lookedUp",
  params: { table: param([4, 2], glorotUniform) },
  apply: ({ table }, indices) => gather(table, indices),
});

/** A small module with inputs, for the checks of rows of lookup uses: two indices per sample. */
export const lookupExample = () => ({
  module: lookedUp(),
  inputs: tensor(Int32Array.of(0, 1, 1, 3, 2, 2, 0, 1), { shape: [4, 2] }),
});
