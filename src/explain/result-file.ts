import type { GradedCounterfactual } from '../models/graded';
import type { RecordedFilm } from './explain-film';
import type { ResultFile } from './result-schema';

/** What an explanation itself does not know. */
export interface Made {
  software?: string;
  created?: Date;
  sopInstanceUid?: string;
  frame?: number;
}

/**
 * The result file of an explanation ({@link ResultFile}), the same from viewer and command. Imports neither tfjs nor zod, so
 * that the viewer's main thread can write it.
 *
 * @param made which version of this software made it and when, of which DICOM image; what is not known is absent
 * @param shown of the viewer: percentile of its mask, and whether the archive was read; of both the way to x_a, where asked for
 */
export function resultFile(
  explained: Omit<RecordedFilm, 'map' | 'signed' | 'spread' | 'similar' | 'adversarial'>,
  { software, created, sopInstanceUid, frame }: Made,
  { graded, ...shown }: Pick<ResultFile, 'percentile' | 'restored'> & { graded?: GradedCounterfactual } = {},
): ResultFile {
  const { model, settings, film, geometry, mapSize, outlier, cautions, notice, citation, tfjs } = explained;
  const { decision, decisionSimilar, decisionAdversarial, hold, similarIsOriginal, flip } = explained;
  const { id, version, title, weightsSha256, classes } = model;
  const { methodId, methodTitle, label, generator, augment, seed, backend } = settings;
  const { stability } = explained;
  const { preparation, classifier, explanation } = explained.seconds;
  return {
    format: 'explain-result/1',
    model: { id, version, title, weightsSha256 },
    classes: [...classes],
    method: { id: methodId, title: methodTitle, citation, label, generator, augment, seed },
    created: created && !Number.isNaN(created.getTime()) ? created.toISOString() : undefined,
    software: { explain: software, tfjs, backend: backend || undefined },
    film: { sopInstanceUid, frame, ...film },
    decision,
    decisionSimilar,
    decisionAdversarial,
    hold,
    similarIsOriginal,
    flip,
    outlier,
    map: { ...mapSize, fit: geometry.fit },
    stability,
    ...(graded && {
      graded: { from: graded.from, steps: [...graded.steps], changes: [...graded.changes] },
    }),
    ...shown,
    cautions: [...cautions],
    seconds: { preparation, classifier, explanation },
    notice,
  };
}
