/** Every public name of the package is run by a test; a new one needs a line here and a test. */
import * as nn from "@metrigrad/nn";
import test from "tape";

/** Public values by the test that runs them. */
const tested: Readonly<Record<string, readonly string[]>> = {
  "laws/law.test.ts": ["bernoulli", "categorical", "gaussian", "gaussianWithScale", "poisson"],
  "laws/defLaw.test.ts": ["defLaw"],
  "laws/compose.test.ts": ["independent", "joint", "masked", "weighted"],
  "laws/checkTargets.test.ts": ["checkTargets"],
  "init/init.test.ts": [
    "constantInit",
    "glorotNormal",
    "glorotUniform",
    "heNormal",
    "heUniform",
    "lecunNormal",
    "lecunUniform",
    "normalInit",
    "ones",
    "orthogonal",
    "truncatedNormal",
    "uniformInit",
    "varianceScaling",
    "withFans",
    "zeros",
  ],
  "modules/attention.test.ts": ["attention"],
  "modules/batchNorm.test.ts": ["batchNorm"],
  "modules/dense.test.ts": ["dense"],
  "modules/embedding.test.ts": ["embedding"],
  "modules/flatten.test.ts": ["flatten"],
  "modules/groupNorm.test.ts": ["groupNorm"],
  "modules/identity.test.ts": ["identity"],
  "modules/instanceNorm.test.ts": ["instanceNorm"],
  "modules/lambda.test.ts": ["lambda"],
  "modules/layerNorm.test.ts": ["layerNorm"],
  "modules/parallel.test.ts": ["parallel"],
  "modules/positionalEmbedding.test.ts": ["positionalEmbedding"],
  "modules/rmsNorm.test.ts": ["rmsNorm"],
  "modules/sinusoidalPositions.test.ts": ["sinusoidalPositions"],
  "modules/skip.test.ts": ["skip"],
  "modules/transformer.test.ts": ["transformerDecoder", "transformerEncoder"],
  "modules/transformerBlock.test.ts": ["transformerBlock"],
  "core/freeze.test.ts": ["freeze"],
  "core/applyModel.test.ts": ["applyModel", "defModule", "sequential", "state"],
  "core/identity.test.ts": ["applierOf", "param"],
  "core/random.test.ts": ["moduleRandom"],
  "core/trees.test.ts": ["asNodeTree", "mapNodes", "namedNodes", "nodesOf"],
  "core/uses.test.ts": ["columnsOf", "movedOutputs", "outputRows", "sampleSums"],
  "modules/dropout.test.ts": ["dropout"],
  "modules/upsample.test.ts": ["upsample"],
};

test("every public value of nn has a test, and every line an export", (t) => {
  t.deepEqual(Object.values(tested).flat().sort(), Object.keys(nn).sort());
  t.end();
});
