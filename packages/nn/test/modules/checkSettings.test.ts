/** Unknown settings of modules are refused by name. */
import test from "tape";
import * as nn from "../../src/index.ts";

type Make = (...args: never[]) => unknown;

/** The arguments before the settings. */
const before: readonly (readonly [Make, readonly unknown[]])[] = [
  [nn.attention, [8, 2]],
  [nn.avgPool2d, [2]],
  [nn.batchNorm, [2]],
  [nn.conv1d, [1, 2, 3]],
  [nn.convTranspose2d, [1, 2, 3]],
  [nn.dense, [2, 2]],
  [nn.dropout, []],
  [nn.embedding, [4, 2]],
  [nn.film, [2, 2]],
  [nn.fourierFeatures, [2, 2]],
  [nn.gaussianProcessFeatures, [2, 2]],
  [nn.globalAvgPool, []],
  [nn.globalMaxPool, []],
  [nn.groupNorm, [2, 4]],
  [nn.gru, [2, 2]],
  [nn.gruCell, [2, 2]],
  [nn.hyperDense, [2, 2, 2]],
  [nn.identity, []],
  [nn.instanceNorm, [2]],
  [nn.layerNorm, [2]],
  [nn.lstm, [2, 2]],
  [nn.lstmCell, [2, 2]],
  [nn.maxPool1d, [2]],
  [nn.mixtureOfExperts, [2, [nn.dense(2, 2), nn.dense(2, 2)]]],
  [nn.parallel, [[nn.dense(2, 2)]]],
  [nn.positionalEmbedding, [4, 2]],
  [nn.prelu, [1]],
  [nn.radialBasis, [2, 2]],
  [nn.recurrent, [2, 2]],
  [nn.recurrentCell, [2, 2]],
  [nn.repeat, [nn.dense(2, 2), 2]],
  [nn.rmsNorm, [2]],
  [nn.spectralNorm, [2, 2]],
  [nn.swish, [1]],
  [nn.transformerBlock, [8, 2]],
  [nn.transformerDecoder, [1, 8, 2]],
  [nn.transformerEncoder, [1, 8, 2]],
  [nn.weightNorm, [2, 2]],
] as never;

test("settings: an unknown name is refused by every module", (t) => {
  for (const [make, args] of before) {
    const { name } = make;
    const call = (settings: unknown) => make(...([...args, settings] as never[]));
    const pattern = new RegExp(
      `^GraphError: ${name}: (options must be among|it takes no settings).* got .*odd`,
    );
    t.throws(() => call({ odd: 1 }), pattern, name);
    t.doesNotThrow(() => call(undefined), `${name} without`);
  }
  t.throws(
    () => nn.gru(2, 2, { numLayers: 2 } as never),
    /^GraphError: gru: options must be among layers, bidirectional, reverse, dropout, returns, inputInit, recurrentInit, got numLayers; correct/,
  );
  t.throws(
    () => nn.dense(2, 2, "relu" as never),
    /^GraphError: dense: options must be an object, got relu; pass \{ activation: … \}/,
  );
  t.doesNotThrow(() => nn.recurrent(2, 2, { activation: "relu", layers: 2, inputInit: nn.zeros }));
  t.end();
});

test("settings: paddings that are none are refused when a module is made", (t) => {
  t.throws(
    () => nn.conv2d(1, 2, 3, { padding: "SAME" as never }),
    /^GraphError: conv2d: padding must be a number, or one for each axis, "same" or "valid", got "SAME"; pass/,
  );
  t.throws(
    () => nn.maxPool2d(2, { padding: "same" as never }),
    /^GraphError: maxPool2d: padding must be a number, or one for each axis, got "same"; .*of convolutions/,
  );
  t.throws(
    () => nn.convTranspose1d(1, 2, 3, { padding: "same" as never }),
    /or one for each axis, got "same"/,
  );
  t.doesNotThrow(() => nn.conv2d(1, 2, 3, { padding: "same" }));
  t.end();
});
