/** What the name of a WebGL renderer says of it. */
export type RendererKind = 'hardware' | 'software' | 'unknown';

const software =
  /swiftshader|llvmpipe|softpipe|lavapipe|software|basic render|microsoft basic|mesa offscreen|virgl/i;
const hardware =
  /nvidia|geforce|quadro|rtx|tesla|amd|radeon|intel|iris|uhd graphics|apple|adreno|mali|powervr|xclipse|qualcomm/i;

/**
 * Judges the renderer's name (WEBGL_debug_renderer_info). Privacy settings may hide or generalise it: then it is unknown
 * and a timed probe decides.
 */
export function judgeRenderer(name: string | undefined): RendererKind {
  if (!name) return 'unknown';
  if (software.test(name)) return 'software';
  return hardware.test(name) ? 'hardware' : 'unknown';
}

/** The part of a renderer's name that people know: browsers wrap it in driver and device numbers. */
export function shortRenderer(name: string): string {
  const known = software.exec(name)?.[0];
  if (known) return known;
  const inner = /^ANGLE \([^,]*, (.+?)(?: Direct3D| OpenGL| Vulkan|,|\)$)/.exec(name)?.[1] ?? name;
  return inner.replace(/\s*\(0x[0-9a-f]+\)/gi, '').trim();
}
