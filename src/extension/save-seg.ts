import { textOf } from './attribute-values';
import type { CommandsManager, ExtensionManager, Instance } from './ohif-types';
import { outputTexts } from './texts';

/** Segmentation Storage: older PACS may refuse OHIF's default, Label Map Segmentation Storage (…66.7). */
const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';

const explicitLittleEndian = '1.2.840.10008.1.2.1';

export interface SaveRequest {
  segmentationId: string;
  mask: Uint8Array;
  /** Instance of the explained image. */
  instance: Instance;
  extensionManager: ExtensionManager;
  commandsManager: CommandsManager;
}

/**
 * Stores the mask as DICOM SEG through the active data source.
 *
 * @returns what to tell the user
 * @throws Error saying what failed; the segmentation in the viewer is left as it is
 */
export async function saveSegmentation(request: SaveRequest): Promise<string> {
  const { segmentationId, mask, instance, extensionManager, commandsManager } = request;
  if (!mask.includes(1)) {
    throw new Error('The mask is empty, so there is nothing to save. Lower the percentile and try again.');
  }
  const dataSource = extensionManager.getActiveDataSource()?.[0];
  const store = dataSource?.store?.dicom;
  if (!dataSource || !store) {
    throw new Error(
      'The active data source cannot store objects. Nothing was saved; the mask stays in the viewer.',
    );
  }
  const generated = (await commandsManager.runCommand('generateSegmentation', {
    segmentationId,
    options: {
      SeriesDescription: outputTexts.seriesDescription,
      SeriesNumber: seriesNumber(instance),
      sopClassUID: segmentationStorage,
      // Both spellings occur in Cornerstone's adapter. Uncompressed: archives rarely take RLE of one-bit pixels.
      transferSyntaxUID: explicitLittleEndian,
      transferSyntaxUid: explicitLittleEndian,
    },
  })) as { dataset?: Record<string, unknown> } | undefined;
  const dataset = generated?.dataset;
  if (!dataset)
    throw new Error(
      'The viewer made no DICOM SEG of the mask. Nothing was saved; the mask stays in the viewer.',
    );
  // dcmjs puts a placeholder there, which would make the object look like another study's.
  if (dataset.StudyID === 'No Study ID') dataset.StudyID = textOf(instance.StudyID) ?? '';
  try {
    await store.call(dataSource.store, dataset);
  } catch (error) {
    throw new Error(
      `The archive did not take the SEG (${reasonOf(error)}). Nothing was lost: the mask stays in the viewer, try again.`,
    );
  }
  return `Saved as DICOM SEG, series "${outputTexts.seriesDescription}". It is listed once the study is loaded again.`;
}

/** Past what a modality gives out, so that the SEG sorts after the images. */
function seriesNumber(instance: Instance): number {
  const base = Number(textOf(instance.SeriesNumber) ?? 0);
  return 9000 + (Number.isFinite(base) ? base % 1000 : 0);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.message) return error.message;
  const { status, statusText } = (error ?? {}) as { status?: number; statusText?: string };
  return status ? `HTTP ${status} ${statusText ?? ''}`.trim() : 'no reason given';
}
