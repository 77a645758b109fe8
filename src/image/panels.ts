import { explanationLabel, type LabelledExplanation, type MadeWith } from '../drawing/explanation-label';
import { framed, lineCount, withLabel, type PictureLabel, type RgbPicture } from '../drawing/label';
import type { Decision } from '../models/decision';
import { scoreText, verdictText } from '../models/verdict';
import { enlarged, greyPicture, outline, overlayMap, sideBySide, type ColouredMap } from './picture';

/** What the networks saw and made of one image, size × size each. */
export interface NetworkImages extends ColouredMap {
  input: Float32Array;
  similar?: Float32Array;
  adversarial?: Float32Array;
  /** Outlined in x and the map where it is known. */
  truth?: Uint8Array;
}

interface Panel {
  picture: RgbPicture;
  label: PictureLabel;
  isGenerated?: boolean;
}

/** Enlarged so much, so that the words below have room. */
const factor = 2;

/**
 * x, x_s (where it is not the film itself), x_a (where the method makes them) and the map over x, side by side, each named below it; generated images in an amber frame.
 * Below them all what made them, the answer, and what the colours mean.
 */
export async function networkPanels(
  images: NetworkImages,
  size: number,
  made: MadeWith,
  shown: LabelledExplanation,
): Promise<RgbPicture> {
  const panels = panelsOf(images, size, made, shown);
  const width = factor * size;
  const scale = Math.max(1, Math.floor(width / 220));
  const leastLines = Math.max(...panels.map(({ label }) => lineCount(label, scale, width)));
  const labelled = await Promise.all(
    panels.map(async ({ picture, label, isGenerated }) => {
      const large = await enlarged(picture, factor);
      return withLabel(isGenerated ? framed(large) : large, label, { scale, leastLines });
    }),
  );
  const bar = images.top > 0 ? images : undefined;
  return withLabel(sideBySide(labelled), explanationLabel(made, shown, images.colours), { bar });
}

function panelsOf(
  { input, map, top, colours, similar, adversarial, truth }: NetworkImages,
  size: number,
  { model, settings }: MadeWith,
  { figures }: LabelledExplanation,
): Panel[] {
  const grey = (values: Float32Array): RgbPicture => greyPicture(values, size, size);
  const marked = (picture: RgbPicture): RgbPicture => (truth ? outline(picture, truth) : picture);
  const truthText = truth ? ['Green outline: the truth'] : [];
  const named = (title: string, lines: readonly string[]): PictureLabel => ({ title, lines, cautions: [] });
  const generated = (values: Float32Array | undefined, title: string, decision?: Decision): Panel[] =>
    values
      ? [
          {
            picture: grey(values),
            label: named(
              `${title}: AI-GENERATED, not a radiograph`,
              decision ? [`${scoreText(decision)}, ${verdictText(model.classes, decision)}`] : [],
            ),
            isGenerated: true,
          },
        ]
      : [];
  return [
    { picture: marked(grey(input)), label: named('x: the film as the networks see it', truthText) },
    // One that is the film itself shows nothing that the film does not.
    ...(figures.similarIsOriginal ? [] : generated(similar, 'x_s', figures.decisionSimilar)),
    ...generated(adversarial, 'x_a', figures.decisionAdversarial),
    {
      picture: marked(overlayMap(grey(input), { map, top, colours })),
      label: named(`Map over x: ${settings.methodTitle}`, truthText),
    },
  ];
}
