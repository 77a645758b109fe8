import type { RecordedFilm } from './explain-film';
import type { ResultFile } from './result-schema';

/**
 * The result file of an explanation ({@link ResultFile}), the same from viewer and command. Imports neither tfjs nor zod, so
 * that the viewer's main thread can write it.
 *
 * @param software version of this software
 * @param shown of the viewer: percentile of its mask, and whether the archive was read
 */
export function resultFile(
  explained: Omit<RecordedFilm, 'map' | 'signed' | 'similar' | 'adversarial'>,
  software: string,
  shown: Pick<ResultFile, 'percentile' | 'restored'> = {},
): ResultFile {
  const { model, settings, film, geometry, mapSize, outlier, cautions, notice, citation, tfjs } = explained;
  const { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip } = explained;
  const { id, version, title, weightsSha256, classes } = model;
  const { methodId, methodTitle, generator, augment, seed, backend } = settings;
  const { preparation, classifier, explanation } = explained.seconds;
  return {
    format: 'explain-result/1',
    model: { id, version, title, weightsSha256 },
    classes: [...classes],
    method: { id: methodId, title: methodTitle, citation, generator, augment, seed },
    software: { explain: software, tfjs, backend: backend || undefined },
    film,
    decision,
    decisionSimilar,
    decisionAdversarial,
    hold,
    similarIsOriginal,
    flip,
    outlier,
    map: { ...mapSize, fit: geometry.fit },
    ...shown,
    cautions: [...cautions],
    seconds: { preparation, classifier, explanation },
    notice,
  };
}
