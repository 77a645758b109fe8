import { scoreText, t } from '../../extension/i18n';
import { spoken } from '../../extension/i18n/spoken';
import { isBusy, rankLabels, type LabelAnswer } from '../../extension/store/state';
import { Section } from '../controls';
import type { PanelSection, ResultProps } from '../panel-section';

export const labels: PanelSection = {
  id: 'labels',
  needsResult: true,
  tellsAnswer: true,
  Section: LabelsSection,
};

/** So many labels that are not found are listed at once; of more, the rest is folded away. */
const mostListed = 4;

/**
 * Every label of a model of independent ones, those found first: a press explains another one. Beside each score, that of the
 * opposite image, which is to change the explained label alone.
 */
function LabelsSection({ service, state, result }: ResultProps) {
  const { decision, decisionAdversarial, model } = result.reply;
  if (decision.kind !== 'labels' || !decision.labels) return null;
  const refusals = state.subject.kind === 'image' ? state.subject.labelRefusals : undefined;
  const opposite = decisionAdversarial?.kind === 'labels' ? decisionAdversarial.labels : undefined;
  const { labels: answers, label: explained } = decision;
  const rows = rankLabels(answers).map(index => ({
    index,
    name: model.classes[index],
    answer: answers[index],
    opposite: opposite?.[index],
    refusal: refusals?.[model.classes[index]],
  }));
  const said = rows.filter(({ refusal }) => refusal === undefined);
  const found = said.filter(({ answer }) => answer.decided === 1);
  const others = said.filter(({ answer }) => answer.decided === 0);
  // The explained one is always to be seen.
  const listed = others.filter(({ index }, place) => place < mostListed || index === explained);
  const folded = others.filter(row => !listed.includes(row));
  const silent = rows.filter(({ refusal }) => refusal !== undefined);
  const moved = opposite && said.filter(row => row.index !== explained && isMoved(row));
  const isChanged = said.some(row => row.index === explained && isMoved(row));
  const row = (each: Row) => (
    <LabelRow
      key={each.name}
      row={each}
      isExplained={each.index === explained}
      hasOpposite={opposite !== undefined}
      disabled={isBusy(state.explanation.phase)}
      onPress={() => void service.explainLabel(each.name)}
    />
  );
  return (
    <Section name="explain-labels" title={t('labelsTitle')}>
      <p className="xp-dim">{t(opposite ? 'labelsHintOpposite' : 'labelsHint')}</p>
      <p className="xp-label-group xp-dim">{t('labelsFound', { count: found.length })}</p>
      {found.map(row)}
      <p className="xp-label-group xp-dim">{t('labelsNotFound', { count: others.length })}</p>
      {listed.map(row)}
      {folded.length > 0 && (
        <details data-cy="explain-labels-more">
          <summary className="xp-dim">{t('labelsMore', { count: folded.length })}</summary>
          {folded.map(row)}
        </details>
      )}
      {silent.map(({ name, refusal }) => (
        <p key={name} className="xp-dim xp-hint" data-cy="explain-label-silent" title={spoken(refusal!)}>
          {t('labelSilent', { name: spoken(name) })}
        </p>
      ))}
      {moved && (
        <p
          className={moved.length === 0 && isChanged ? 'xp-check-line xp-ok' : 'xp-check-line xp-no'}
          data-cy="explain-labels-moved"
          data-moved={moved.length}
        >
          {moved.length === 0
            ? t(isChanged ? 'labelsKept' : 'labelsNoneChanged')
            : t('labelsMoved', { names: moved.map(({ name }) => spoken(name)).join(', ') })}
        </p>
      )}
    </Section>
  );
}

interface Row {
  index: number;
  name: string;
  answer: LabelAnswer;
  /** Of x_a. */
  opposite?: LabelAnswer;
}

/** Whether the opposite image is decided otherwise. */
function isMoved({ answer, opposite }: Pick<Row, 'answer' | 'opposite'>): boolean {
  return opposite !== undefined && opposite.decided !== answer.decided;
}

function LabelRow({
  row: { name, answer, opposite },
  isExplained,
  hasOpposite,
  disabled,
  onPress,
}: {
  row: Row;
  isExplained: boolean;
  hasOpposite: boolean;
  disabled: boolean;
  onPress(): void;
}) {
  const { score, operatingPoint, decided } = answer;
  const moved = isMoved({ answer, opposite });
  const spokenName = spoken(name);
  return (
    <button
      type="button"
      className="xp-label"
      data-cy="explain-label"
      data-label={name}
      data-score={score}
      data-decided={decided}
      data-opposite={opposite?.score}
      aria-pressed={isExplained}
      aria-label={t('labelSaid', {
        name: spokenName,
        score: scoreText(score),
        point: scoreText(operatingPoint),
      })}
      disabled={disabled}
      onClick={() => !isExplained && onPress()}
    >
      <span className="xp-grow">{spokenName}</span>
      <span className="xp-num">{scoreText(score)}</span>
      {hasOpposite && (
        <span className={moved ? 'xp-num xp-moved' : 'xp-num xp-same'}>
          → {opposite ? scoreText(opposite.score) : '–'}
        </span>
      )}
      <i style={{ width: `${score * 100}%` }} data-found={decided === 1} />
      <u style={{ left: `${operatingPoint * 100}%` }} />
    </button>
  );
}
