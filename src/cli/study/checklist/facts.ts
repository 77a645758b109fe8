import * as z from 'zod';
import type { ModelCard } from '../../../models/card';
import type { StudyAnalysis } from '../../../study/analysis';
import type { EvaluationResults } from '../../../evaluation/results';
import { counted } from '../../../io/counted';

/** What a checklist can be filled from: the card always, reports where they were made. */
export interface ChecklistSources {
  card: ModelCard;
  /** Of `explain evaluate`. */
  results?: EvaluationResults;
  /** Of `explain study analyse`. */
  study?: StudyAnalysis;
}

/** What may be known, in words; undefined where it is not. */
type Facts = ReturnType<typeof gatherFacts>;
export type FactName = keyof Facts;

/** Area with interval by group, as the card keeps it. */
const group = z.object({
  auc: z.number(),
  interval95: z.object({ low: z.number(), high: z.number() }).optional(),
  positives: z.number().optional(),
  negatives: z.number().optional(),
});

/** Everything that card and reports say, by topic. A topic that they are silent on is undefined, never a guess. */
export function gatherFacts({ card, results, study }: ChecklistSources) {
  const { classifier, applicability, trainingData, input } = card;
  const groups = Object.entries(
    z.record(z.string(), z.unknown()).catch({}).parse(classifier.figures?.test),
  ).flatMap(([name, value]) => {
    const parsed = group.safeParse(value);
    return parsed.success ? [{ name, ...parsed.data }] : [];
  });
  const whole = groups.find(({ name }) => name === 'all');
  const subgroups = groups.filter(({ name }) => name !== 'all');
  const { operatingPoint, calibration, outOfDistribution } = card;
  const measured = results?.classifier[0];
  const generators = Object.values(card.generators).map(({ title }) => title);
  const seeded = z.object({ seed: z.number() }).safeParse(classifier.training.network);
  const trained = (name: string): boolean => classifier.training[name] !== undefined;
  return {
    technology: `deep-learning classifier (${classifier.architecture}), ${card.title} ${card.version}`,
    intendedUse: `${card.intendedUse} ${card.researchUseNotice}`,
    dataSources: trainingData.description,
    eligibility: [
      applicability.phantomOnly ? 'synthetic phantoms alone' : undefined,
      applicability.modalities.length > 0 ? `modalities ${applicability.modalities.join(', ')}` : undefined,
      applicability.views.length > 0 ? `views ${applicability.views.join(', ')}` : undefined,
      `age ${applicability.minAgeYears} to ${applicability.maxAgeYears} years`,
      `at least ${applicability.minRows} × ${applicability.minColumns} pixels`,
    ]
      .filter(text => text !== undefined)
      .join('; '),
    preprocessing: [
      `${input.size} × ${input.size} pixels, ${counted(input.channels, 'channel')}, grey values in [${input.range.join(', ')}]`,
      input.fit === 'stretch' ? 'stretched to the square' : 'letterboxed',
      input.equalise ? 'histogram equalised' : 'linear from minimum to maximum',
    ].join('; '),
    counts: someEntries(trainingData.counts),
    partitions:
      trainingData.splitManifest &&
      `${trainingData.splitManifest.path} lists every image’s split (SHA-256 ${trainingData.splitManifest.sha256.slice(0, 12)}…); training and evaluation refuse a patient in two splits`,
    model: `${classifier.architecture}; input ${input.size} × ${input.size} × ${input.channels}; classes ${card.classes.map(({ name }) => name).join(', ')}${generators.length > 0 ? `; generators ${generators.join(', ')}` : ''}`,
    output: [
      operatingPoint === undefined ? 'the likeliest class' : `class 1 above ${operatingPoint}`,
      calibration && `score calibrated (${calibration.method}, fitted on ${calibration.fittedOn})`,
    ]
      .filter(Boolean)
      .join('; '),
    calibration:
      calibration &&
      `${calibration.method}, fitted on ${calibration.fittedOn}; reliability table in the card`,
    software: results
      ? `explain ${results.provenance.software.explain}, TensorFlow.js ${results.provenance.software.tfjs} (${results.provenance.software.backend}), Node ${results.provenance.software.node}`
      : `explain ${card.codeVersion}, TensorFlow.js`,
    initialisation: trained('initialClassifier')
      ? `begun from the classifier ${String(classifier.training.initialClassifier).slice(0, 12)}…`
      : seeded.success
        ? `drawn at random, seed ${seeded.data.seed}`
        : undefined,
    training:
      Object.keys(classifier.training).length > 0
        ? `record in the card: ${Object.keys(classifier.training).join(', ')}`
        : undefined,
    selection: trained('keptEpoch')
      ? `epoch ${String(classifier.training.keptEpoch)} kept by the validation split`
      : undefined,
    metrics: results
      ? 'area under the ROC curve, sensitivity, specificity; localisation of maps (IoU, pointing game, precision–sensitivity) with shuffled controls'
      : whole && 'area under the ROC curve',
    uncertainty: results
      ? '95 % bootstrap intervals with the patient as the unit, Wilson’s of rates on which all patients agree; paired permutation tests with Holm’s correction'
      : whole?.interval95 && '95 % bootstrap interval with the patient as the unit',
    performance: measured?.auc
      ? `AUC ${area(measured.auc.value, measured.auc.interval)}${measured.sensitivity === undefined ? '' : `, sensitivity ${measured.sensitivity.toFixed(3)}`}${measured.specificity === undefined ? '' : `, specificity ${measured.specificity.toFixed(3)}`} (${measured.positives} positive, ${measured.negatives} negative)`
      : whole &&
        `AUC ${area(whole.auc, whole.interval95)} on the test split (${whole.positives} positive, ${whole.negatives} negative)`,
    subgroups:
      results && results.classifier.length > 1
        ? results.classifier
            .slice(1)
            .map(each => `${each.group}: AUC ${each.auc ? each.auc.value.toFixed(3) : '–'}`)
            .join('; ')
        : subgroups.length > 0
          ? subgroups.map(each => `${each.name}: AUC ${each.auc.toFixed(3)}`).join('; ')
          : undefined,
    characteristics:
      subgroups.length > 0
        ? subgroups
            .filter(({ positives }) => positives !== undefined)
            .map(each => `${each.name}: ${each.positives} + ${each.negatives}`)
            .join('; ')
        : undefined,
    testSet:
      results &&
      `${results.provenance.data.description}: ${results.provenance.data.images} images of ${results.provenance.data.patients} patients, ${results.provenance.data.positives} positive, ${results.provenance.data.withTruth} with a place (${results.provenance.data.truth ?? 'boxes'})`,
    exclusions:
      results &&
      (Object.keys(results.provenance.data.leftOut).length > 0
        ? `left out: ${someEntries(results.provenance.data.leftOut)}`
        : 'none left out'),
    cautions: results && results.notes.length > 0 ? results.notes.join(' ') : undefined,
    explainability:
      generators.length > 0 || card.defaultMethod
        ? `counterfactual maps from ${generators.join(', ') || 'no generator'}${card.defaultMethod ? `; shown by default: ${card.defaultMethod}` : ''}${results ? `; ${results.maps.length} maps measured` : ''}`
        : undefined,
    robustness:
      results?.trust &&
      `${results.trust.checks.length} trust checks, ${results.trust.checks.filter(({ passed }) => passed).length} passed`,
    applicabilityCheck:
      outOfDistribution &&
      `distance to the training images, warning beyond the ${outOfDistribution.quantile} quantile of the validation split`,
    availability: `model package with SHA-256 of ${Object.keys(card.files).length} files; weights: ${card.weightsTerms}`,
    humanUse:
      study &&
      `reader study of ${counted(study.readers.length, 'reader')}, ${study.cases.diseased + study.cases.healthy} cases, arms ${study.arms.join(', ')}; ${differenceText(study)}${agreementText(study)}`,
  };
}

function someEntries(counts: Readonly<Record<string, unknown>>): string | undefined {
  const entries = Object.entries(counts).filter(([, value]) => typeof value === 'number');
  return entries.length > 0
    ? entries.map(([name, value]) => `${name}: ${String(value)}`).join('; ')
    : undefined;
}

function area(value: number, interval?: { low: number; high: number }): string {
  return `${value.toFixed(3)}${interval ? ` (95 % interval ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : ''}`;
}

function differenceText(study: StudyAnalysis): string {
  const pairs = study.auc.analyses[0].differences;
  if (pairs.length === 0) return `AUC ${study.auc.means.map(({ value }) => value.toFixed(3)).join(', ')}`;
  return pairs
    .map(({ arm, against, value, low, high }) => {
      const interval = low === null || high === null ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
      return `AUC ${arm} − ${against} ${value.toFixed(3)}${interval}`;
    })
    .join('; ');
}

/** Of the readers with one another: none of them made the reference. */
function agreementText({ agreement }: StudyAnalysis): string {
  if (agreement.length === 0) return '';
  const arms = agreement.map(
    ({ arm, meanKappa }) => `${arm} ${meanKappa === null ? '–' : meanKappa.toFixed(2)}`,
  );
  return `; mean kappa between readers: ${arms.join(', ')}`;
}
