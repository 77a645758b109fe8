import { importPackage, requireInstalled } from './optional-packages';

/** The parts of the package `webgpu` that are used here. */
interface WebgpuModule {
  create(options: string[]): WebgpuEntry;
  globals: Record<string, unknown>;
}

interface WebgpuEntry {
  requestAdapter(options?: { powerPreference?: string }): Promise<WebgpuAdapter | null>;
}

interface WebgpuAdapter {
  info?: Record<'vendor' | 'architecture' | 'device' | 'description', string | undefined>;
}

let provided: Promise<string> | undefined;

/**
 * Makes WebGPU (Dawn, the package `webgpu`) available in this thread as a browser does, and registers the TensorFlow.js
 * backend on it. Safe to call again.
 *
 * @returns the name of the graphics adapter
 * @throws Error when a package is missing or there is no adapter, with what to do
 */
export function provideWebgpu(): Promise<string> {
  provided ??= provide();
  return provided;
}

async function provide(): Promise<string> {
  requireInstalled('webgpu');
  const { create, globals } = (await importPackage('webgpu')) as WebgpuModule;
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new Error(
      'WebGPU found no graphics adapter: it needs a driver for Vulkan (on Linux also the library ' +
        'libvulkan.so.1, package libvulkan1 on Debian and Ubuntu), Metal or Direct3D 12.',
    );
  }
  Object.assign(globalThis, globals, { self: globalThis });
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  // It registers its backend only where it finds a navigator with a GPU.
  await importPackage('@tensorflow/tfjs-backend-webgpu');
  const { vendor, architecture, device, description } =
    adapter.info ?? ({} as WebgpuAdapter['info'] & object);
  return device || description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter';
}
