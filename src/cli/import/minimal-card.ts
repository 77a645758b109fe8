import type { ModelCard, openFacts } from '../../models/card';
import type { PartialAbout } from '../about';

type OpenFact = (typeof openFacts)[number];

/** The part of a card that no network states. */
export type StatedFacts = Pick<
  ModelCard,
  | 'id'
  | 'version'
  | 'title'
  | 'researchUseNotice'
  | 'intendedUse'
  | 'weightsTerms'
  | 'applicability'
  | 'trainingData'
  | 'notStated'
  | 'defaultMethod'
>;

/** Asks nothing of an image. */
const anyImage: ModelCard['applicability'] = {
  modalities: [],
  bodyParts: [],
  views: [],
  photometric: [],
  minRows: 1,
  minColumns: 1,
  minAgeYears: 0,
  maxAgeYears: 150,
  phantomOnly: false,
};

/**
 * What is known of a classifier, with words for what is not; the card lists that, and the viewer and the command say so with
 * every image.
 *
 * @param id where `about` has none
 */
export function statedFacts(about: PartialAbout, id: string): StatedFacts {
  const { intendedUse, applicability, weightsTerms, ...named } = about.card ?? {};
  const stated: Record<OpenFact, unknown> = {
    'intended use': intendedUse,
    'where it applies': applicability,
    'training data': about.trainingData,
    'terms of the weights': weightsTerms,
  };
  const notStated = (Object.keys(stated) as OpenFact[]).filter(fact => stated[fact] === undefined);
  return {
    id: named.id ?? id,
    version: named.version ?? '0.1.0',
    title: named.title ?? named.id ?? id,
    researchUseNotice:
      named.researchUseNotice ??
      'For research use only. Not a medical device; not for diagnosis or treatment.',
    intendedUse: intendedUse ?? 'Not stated.',
    weightsTerms: weightsTerms ?? 'Not stated.',
    applicability: applicability ?? anyImage,
    trainingData: {
      description: about.trainingData?.description ?? 'Not stated: the classifier was trained elsewhere.',
      counts: about.trainingData?.counts ?? {},
    },
    ...(notStated.length > 0 && { notStated }),
    ...(named.defaultMethod && { defaultMethod: named.defaultMethod }),
  };
}

/** A name as an id: lower case, digits and hyphens. */
export function idOf(name: string): string {
  const id = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return id || 'classifier';
}
