import type { Convolution } from "./models.ts";
import type { Tf, TfTensor } from "./types.ts";

/**
 * A convolution whose gradients take the kernels that the backend has: by the input it is a transposed convolution, by the
 * kernel one of the images over the cotangents, with samples in the place of channels and the stride as dilation.
 */
export function ownGradient(tf: Tf): Convolution {
  return (input, weight, stride, padding) => {
    const convolved = tf.customGrad((x: TfTensor, kernel: TfTensor, save: Save) => {
      save([x, kernel]);
      return {
        value: tf.conv2d(x, kernel, stride, padding),
        gradFunc: (dy, [rows, columns]: readonly [TfTensor, TfTensor]) => [
          tf.conv2dTranspose(dy, columns, rows.shape, stride, padding),
          byKernel(tf, dy, rows, columns, stride, padding),
        ],
      };
    });
    return convolved(input, weight);
  };
}

type Save = (tensors: readonly TfTensor[]) => void;

function byKernel(
  tf: Tf,
  dy: TfTensor,
  x: TfTensor,
  { shape }: TfTensor,
  stride: number,
  padding: number,
): TfTensor {
  const [k = 1, _, inputs = 1, outputs = 1] = shape;
  const images = tf.transpose(x, [3, 1, 2, 0]);
  const over = tf.transpose(dy, [1, 2, 0, 3]);
  const all = tf.conv2d(images, over, 1, padding, "NHWC", stride);
  // Where the stride does not divide the length there are places of no element of the kernel.
  const own = tf.slice(all, [0, 0, 0, 0], [inputs, k, k, outputs]);
  return tf.transpose(own, [1, 2, 0, 3]);
}
