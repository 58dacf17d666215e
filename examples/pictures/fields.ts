/** Pictures of the solutions of differential equations as networks have them. */
import {
  applyModel,
  constant,
  evaluate,
  type Module,
  type Node,
  type Optimizer,
  predict,
  type Store,
  tensor,
} from "metrigrad";
import * as burgers from "../burgers/burgers.ts";
import * as deepritz from "../deepritz/deepritz.ts";
import * as heatEquation from "../heat/heat.ts";
import * as helmholtz from "../helmholtz/helmholtz.ts";
import { measured } from "../inverse/data.ts";
import * as inverse from "../inverse/inverse.ts";
import * as poisson2d from "../poisson2d/poisson2d.ts";
import { colourScale, colours } from "./colours.ts";
import { paint, type Raster } from "./raster.ts";
import { disc, grown } from "./shapes.ts";
import { type Example, type Picture, pictureOf } from "./trained.ts";
import { heatMap, placed, pointsIn, type View, wholeView } from "./view.ts";

const unit = wholeView([0, 1], [0, 1], 200);

/** Values from −1 to 1 as colours; white is 0. */
const signed = colourScale("diverging", [-1, 1]);

/** A network's values over a view. */
async function solution(model: Module<Node, Node>, store: Store, view: View): Promise<Raster> {
  const values = await predict(model, store, tensor(pointsIn(view)));
  return heatMap(view, values.data(), signed);
}

/** The solution that an example has found. */
const found = <O extends Optimizer | undefined>(example: Example<O>, view = unit): Picture =>
  pictureOf(example, (store, model: Module<Node, Node>) => solution(model, store, view));

/** Pictures of solutions by the name of their example. Where time is an input, it goes upwards. */
export const fields: Readonly<Record<string, Picture>> = {
  poisson2d: found(poisson2d),
  heat: found(heatEquation),
  burgers: found(burgers, wholeView([-1, 1], [0, 1], 240, 160)),
  helmholtz: found(helmholtz, wholeView([-1, 1], [-1, 1], 200)),
  deepritz: pictureOf(deepritz, async (store, model: Module<Node, Node>) => {
    const u = deepritz.field((x) => applyModel(model, x).output);
    const values = await evaluate(u(constant(tensor(pointsIn(unit)))), { store });
    return heatMap(unit, values.data(), signed);
  }),
  inverse: pictureOf(inverse, async (store, model: Module<Node, Node>) => {
    const on = await solution(model, store, unit);
    const { x, y } = measured(200, 1);
    for (const [k, point] of x.entries()) {
      const dot = disc(placed(unit, point), 2.2);
      paint(on, grown(dot, 1), colours.dark);
      paint(on, dot, signed(y[k]?.[0] as number));
    }
    return on;
  }),
};
