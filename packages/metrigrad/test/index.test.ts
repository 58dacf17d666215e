import * as cpu from "@metrigrad/cpu";
import * as data from "@metrigrad/data";
import * as graph from "@metrigrad/graph";
import * as metric from "@metrigrad/metric";
import * as nn from "@metrigrad/nn";
import * as optim from "@metrigrad/optim";
import * as tensor from "@metrigrad/tensor";
import * as train from "@metrigrad/train";
import test from "tape";
import * as umbrella from "../src/index.ts";

test("every public name of every package is here, as it is there", async (t) => {
  const packages = { cpu, data, graph, metric, nn, optim, tensor, train };
  const here: Record<string, unknown> = { ...umbrella };
  for (const [name, exports] of Object.entries(packages)) {
    const others = Object.entries(exports).filter(([key, value]) => here[key] !== value);
    // fit and solve have another default here, evaluate is that of nodes, and modules have the names of ops.
    const modules = Object.keys(graph.ops).filter((key) => key in nn);
    const changed: Readonly<Record<string, string[]>> = {
      train: ["fit", "solve"],
      tensor: ["evaluate"],
      graph: modules.sort(),
    };
    const expected = changed[name] ?? [];
    t.deepEqual(others.map(([key]) => key).sort(), expected, name);
  }
});

test("an op whose name a module has is in ops", (t) => {
  t.equal(umbrella.conv2d, nn.conv2d);
  t.equal(umbrella.ops.conv2d, graph.conv2d);
  t.equal(umbrella.ops.maxPool2d, graph.maxPool2d);
  t.end();
});

test("the names that users meet exist", async (t) => {
  const names = `cpu gpu auto reference tensor input variable constant compile grad valueAndGrad jvp vjp vmap hvp
    hessian jacobian matmul add relu tanh defElementwise checkOp checkBackend defModule sequential dense
    batchNorm categorical bernoulli gaussian metrics standardMetrics defMetric rfim fisher explain
    checkMetric sgd momentum adam rngd mnist readIdx fit trainingStep predict evaluate
    responses solve uniformPoints latinHypercube sobolPoints gridPoints boundaryPoints adaptivePoints relativeError
    loadCheckpoint saveCheckpoint checkpointBytes`;
  const missing = names.split(/\s+/).filter((name) => !(name in umbrella));
  t.deepEqual(missing, []);
});
