/** What a browser offers of a graphics card, found out without TensorFlow.js. Works in pages and workers. */
import type { GpuBackend, Verdict } from './browser-choice';
import { judgeRenderer, shortRenderer } from './renderer';

/** A card with its name as people know it, where the browser tells it, and whether it is only emulated; or why there is none. */
type Card = { device?: string; software: boolean } | Verdict;

export function findCard(backend: GpuBackend): Promise<Card> | Card {
  return backend === 'webgpu' ? findWebgpu() : findWebgl();
}

/** Of the names in WebGPU's adapter, browsers fill in some. */
interface Adapter {
  info?: Partial<Record<'vendor' | 'architecture' | 'device' | 'description', string>> & {
    isFallbackAdapter?: boolean;
  };
}

async function findWebgpu(): Promise<Card> {
  if (!globalThis.isSecureContext) return { outcome: 'insecure' };
  const { gpu } = navigator as {
    gpu?: { requestAdapter(options: { powerPreference: string }): Promise<Adapter | null> };
  };
  if (!gpu) return { outcome: 'absent', detail: 'navigator.gpu' };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { outcome: 'absent', detail: 'requestAdapter' };
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info ?? {};
  const name = device || description || [vendor, architecture].filter(Boolean).join(' ');
  return cardOf(name, isFallbackAdapter || undefined);
}

function findWebgl(): Card {
  if (typeof OffscreenCanvas === 'undefined') return { outcome: 'absent', detail: 'OffscreenCanvas' };
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return { outcome: 'absent', detail: 'webgl2' };
  try {
    if (!gl.getExtension('EXT_color_buffer_float'))
      return { outcome: 'absent', detail: 'EXT_color_buffer_float' };
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    const name: unknown = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
    return cardOf(typeof name === 'string' ? name : '');
  } finally {
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

function cardOf(name: string, software = judgeRenderer(name) === 'software'): Card {
  return { device: name ? shortRenderer(name) : undefined, software };
}
