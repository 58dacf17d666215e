import {
  conv2d,
  defModule,
  dense,
  flatten,
  type Module,
  maxPool2d,
  type Node,
  relu,
  reshape,
  sequential,
} from "metrigrad";
import { network } from "../race/digits.ts";

/** Nets that read digits. */
export type NetName = "dense" | "lenet";

const activation = relu;

/** Rows of pixels as images of one channel. */
const images = defModule({
  name: "images",
  params: {},
  apply: (_, x: Node) => ({ response: reshape(x, [x.shape[0] as number, 1, 28, 28]) }),
});

/** LeNet-5 as in examples/lenet. */
const lenet = () =>
  sequential(
    images(),
    conv2d(1, 6, 5, { padding: 2, activation }),
    maxPool2d(2),
    conv2d(6, 16, 5, { activation }),
    maxPool2d(2),
    flatten(),
    dense(400, 120, { activation }),
    dense(120, 84, { activation }),
    dense(84, 10),
  );

export const nets = { dense: network, lenet } as Readonly<Record<NetName, () => Module>>;
