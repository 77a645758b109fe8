import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { version } from '../../../package.json';
import type { ModelCard } from '../../models/card';
import { sha256Hex } from '../../models/hash';
import { writeAtomically } from '../../io/write-file';
import { requestedGenerator, type MapRequest } from '../plan/map-requests';
import { mapsVersion } from '../plan/maps-version';

/** A map as it was computed once. */
export interface CachedMap {
  map: Float32Array;
  /** Time that it took then. */
  seconds: number;
}

/**
 * Computed maps on disk, so that neither an interruption nor a changed metric costs the maps again. A map is found by all
 * that it depends on: version of this program, weights, calibration, method with its options, and the prepared pixels.
 * File: seconds as float64, then the map as float32, then the CRC-32 of both as uint32, little-endian.
 */
export class MapCache {
  constructor(private readonly folder: string) {}

  /**
   * @returns undefined when it is not there; `unusable` when it was cut off or changed, says an impossible time, or was
   *   written before maps had checksums
   */
  async read(source: string, pixelHash: string, length: number): Promise<CachedMap | 'unusable' | undefined> {
    const bytes = await readFile(this.file(source, pixelHash)).catch(() => undefined);
    if (!bytes) return undefined;
    const end = 8 + 4 * length;
    if (bytes.length !== end + 4) return 'unusable';
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const seconds = view.getFloat64(0, true);
    if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) return 'unusable';
    if (!Number.isFinite(seconds) || seconds < 0) return 'unusable';
    const map = Float32Array.from({ length }, (_, i) => view.getFloat32(8 + 4 * i, true));
    return { seconds, map };
  }

  async write(source: string, pixelHash: string, { seconds, map }: CachedMap): Promise<void> {
    const end = 8 + 4 * map.length;
    const bytes = new Uint8Array(end + 4);
    const view = new DataView(bytes.buffer);
    view.setFloat64(0, seconds, true);
    map.forEach((value, i) => view.setFloat32(8 + 4 * i, value, true));
    view.setUint32(end, crc32(bytes.subarray(0, end)), true);
    await writeAtomically(this.file(source, pixelHash), bytes);
  }

  private file(source: string, pixelHash: string): string {
    return path.join(this.folder, source, `${pixelHash}.map`);
  }
}

/** Folder name for the maps of one request: readable, and made unique by a hash of all that the maps depend on. */
export function mapSource(card: ModelCard, request: MapRequest): string {
  const { methodId, augment, seed } = request;
  return sourceOf(card, request.key, requestedGenerator(request, card), {
    methodId,
    seed,
    augment: augment && { ...augment, augmentation: card.augmentation },
  });
}

/** The same for the x_a of one generator, which is kept as maps are. */
export function adversarialSource(card: ModelCard, generator: string): string {
  return sourceOf(card, `x_a ${generator}`, generator, {});
}

function sourceOf(
  card: ModelCard,
  name: string,
  generator: string | undefined,
  settings: { methodId?: string; seed?: number; augment?: object },
): string {
  const networks = [card.classifier.path, ...(generator ? [card.generators[generator].path] : [])];
  const folders = networks.map(file => path.posix.dirname(file));
  const weights = Object.entries(card.files).filter(([file]) =>
    folders.some(folder => folder === '.' || file.startsWith(`${folder}/`)),
  );
  const { input, calibration, operatingPoint } = card;
  const { methodId, seed, augment } = settings;
  const depends = {
    version,
    mapsVersion,
    weights,
    featureLayer: card.classifier.featureLayer,
    evidenceLayer: card.classifier.evidenceLayer,
    label: card.label,
    input,
    calibration,
    operatingPoint,
    methodId,
    generator,
    seed,
    augment,
  };
  const hash = sha256Hex(new TextEncoder().encode(JSON.stringify(depends))).slice(0, 12);
  return `${name.replaceAll(/[^a-z0-9+-]+/gi, '_')}-${hash}`;
}

/** Name of an image by its prepared pixels. */
export function pixelHash(pixels: Uint16Array): string {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return sha256Hex(bytes).slice(0, 24);
}
