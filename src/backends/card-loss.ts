import * as tf from '@tensorflow/tfjs';

/** What is used of the backends that compute on a card. */
interface CardBackend {
  /** WebGL. */
  gpgpu?: { gl?: WebGLRenderingContext };
  /** WebGPU. */
  device?: { lost: Promise<unknown> };
}

const lostDevices = new WeakSet<object>();

/** Whether the graphics card was taken away from the current backend. */
export function isCardLost(): boolean {
  const { context, device } = current();
  return (device && lostDevices.has(device)) || (context?.isContextLost() ?? false);
}

/**
 * Watches the graphics card of the current backend while networks run: on a lost one TensorFlow.js waits for ever, so the loss
 * has to be learnt from the browser.
 *
 * @returns `lost`, which rejects with `reason()` when the card goes, and `stop`, to be called when the work is over
 */
export function watchCard(reason: () => Error): { lost: Promise<never>; stop(): void } {
  const { context, device } = current();
  const canvas = context?.canvas;
  let stop = (): void => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    const gone = (): void => reject(reason());
    void device?.lost.then(() => {
      lostDevices.add(device);
      gone();
    });
    if (!canvas) return;
    canvas.addEventListener('webglcontextlost', gone);
    stop = () => canvas.removeEventListener('webglcontextlost', gone);
    // The event of a loss just before this call is already past.
    if (isCardLost()) gone();
  });
  return { lost, stop: () => stop() };
}

function current(): { context?: WebGLRenderingContext; device?: CardBackend['device'] } {
  const name = tf.getBackend();
  if (name !== 'webgl' && name !== 'webgpu') return {};
  const { gpgpu, device } = tf.backend() as CardBackend;
  return { context: gpgpu?.gl, device: name === 'webgpu' ? device : undefined };
}
