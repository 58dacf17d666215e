import type { GpuContext } from "../../src/webgpu/gpujs.ts";

const limits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupsPerDimension: 65535,
};

/** A device that does nothing. Its test says when it is lost, when submitted work is done, and what further methods do. */
export function fakeDevice(methods: Partial<GPUDevice> = {}) {
  let lose: (message: string) => void = () => undefined;
  const lost = new Promise<{ message: string }>((resolve) => {
    lose = (message) => resolve({ message });
  });
  let listeners = 0;
  const works: (() => void)[] = [];
  const device = {
    ...{ limits, features: new Set<string>() },
    get lost() {
      listeners++;
      return lost;
    },
    pushErrorScope: () => undefined,
    popErrorScope: async () => null,
    createCommandEncoder: () => ({ finish: () => ({}) }),
    queue: {
      submit: () => undefined,
      onSubmittedWorkDone: () => new Promise<void>((resolve) => works.push(resolve)),
    },
    ...methods,
  };
  const info = { vendor: "none", architecture: "", description: "", device: "" };
  const context = { adapter: { info }, device, isLost: false } as unknown as GpuContext;
  /** Ends the first work that is in flight. */
  const finish = () => works.shift()?.();
  return { context, lose, finish, listeners: () => listeners };
}
