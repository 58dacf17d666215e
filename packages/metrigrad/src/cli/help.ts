import { archs } from "./archs.ts";
import { backends } from "./backends.ts";
import { optimizers } from "./optimizers.ts";

/** What paper --help prints. */
export const help = `metrigrad paper: trains the network 784-80-80-80-10 on MNIST with several optimizers
and compares them, by epoch and by second.

  metrigrad paper [options]          in a clone: npm start -- [options]

  --arch LIST        ${Object.keys(archs).join(", ")}; all by default
                     (bna: batch normalisation after each hidden activation)
  --optimizer LIST   ${Object.keys(optimizers).join(", ")}; all by default
                     (rngd-paper: exactly the settings of Sun and Nielsen 2017;
                     -average: evaluated at an average of the points of the steps, as rngd is)
  --epochs N         passes over the 50,000 training images; 5 by default
  --batch N          images of a step; 50 by default
  --seed N           of initial weights and shuffles; 1 by default
  --repeats N        runs of each, with seeds N, N+1, …; 1 by default
  --backend NAME     ${Object.keys(backends).join(", ")}; cpu by default
                     (gpu: needs @metrigrad/gpu; auto: measures a step of each run on
                     cpu and gpu first, and takes the faster)
  --out DIR          where to write; runs/latest by default
  --help             this text

Lists are separated by commas. Writes record.json (everything), epochs.csv (one line per epoch)
and chart.svg (training cost and validation accuracy) to DIR.
`;
