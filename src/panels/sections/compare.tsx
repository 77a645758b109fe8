import { t } from '../../extension/i18n';
import { madeText } from '../../extension/i18n/words';
import type { ExplainService } from '../../extension/store/explain-service';
import {
  asExplained,
  currentResultOf,
  fittingGenerators,
  isBusy,
  methodFits,
  paneCounts,
  paneLetter,
  type AskedMethod,
  type ComparedPane,
  type ExplainState,
  type PaneCount,
  type PaneImage,
  type Result,
} from '../../extension/store/state';
import { Section, Select, type Choice } from '../controls';
import type { PanelProps, PanelSection } from '../panel-section';

export const compare: PanelSection = { id: 'compare', needsResult: false, Section: CompareSection };

/** One film side by side: what each viewport shows. */
function CompareSection({ service, state }: PanelProps) {
  const { comparison, explanation } = state;
  if (!comparison && explanation.phase !== 'done') return null;
  return (
    <Section name="explain-compare" title={t('compare')}>
      {comparison ? (
        <>
          <Select
            label={t('compareViewports')}
            name="explain-compare-count"
            value={String(comparison.panes.length)}
            choices={paneCounts.map(count => ({
              value: String(count),
              label: t(count === 2 ? 'compareTwo' : 'compareFour'),
            }))}
            disabled={explanation.phase !== 'done'}
            onChange={count => service.startComparison(Number(count) as PaneCount)}
          />
          {comparison.panes.map((pane, index) => (
            <Pane key={pane.viewportId} service={service} state={state} pane={pane} index={index} />
          ))}
          <div className="xp-buttons" style={{ marginTop: 8 }}>
            <button type="button" data-cy="explain-compare-end" onClick={() => service.endComparison()}>
              {t('compareEnd')}
            </button>
          </div>
        </>
      ) : (
        <>
          <div className="xp-buttons">
            <button type="button" data-cy="explain-compare-start" onClick={() => service.startComparison(2)}>
              {t('compareStart')}
            </button>
          </div>
          <p className="xp-dim xp-hint">{t('compareHint')}</p>
        </>
      )}
    </Section>
  );
}

/** The choices of one viewport. */
function Pane({
  service,
  state,
  pane,
  index,
}: {
  service: ExplainService;
  state: ExplainState;
  pane: ComparedPane;
  index: number;
}) {
  const letter = paneLetter(index);
  const busy = isBusy(state.explanation.phase);
  const shown = state.made.find(({ key }) => key === pane.key);
  const notMade = methodsNotMade(state);
  return (
    <div role="group" aria-label={t('comparePane', { letter })} data-cy={`explain-pane-${index}`}>
      <h3 style={{ marginTop: 8 }}>{t('comparePane', { letter })}</h3>
      <Select
        label={t('compareShows', { letter })}
        name={`explain-pane-${index}-image`}
        value={pane.image}
        choices={imageChoices(shown)}
        onChange={image => service.compare.set(index, { image: image as PaneImage })}
      />
      {pane.image !== 'film' && (
        <Select
          label={t('compareOf', { letter })}
          name={`explain-pane-${index}-of`}
          value={pane.awaited ? JSON.stringify(pane.awaited) : pane.key}
          choices={[
            ...state.made.map(result => ({ value: result.key, label: madeText(result) })),
            ...notMade.map(({ label, asked }) => ({
              value: JSON.stringify(asked),
              label: t('compareMake', { title: label }),
            })),
          ]}
          disabled={busy}
          onChange={value => {
            const asked = notMade.find(one => JSON.stringify(one.asked) === value)?.asked;
            if (asked) void service.compare.make(index, asked);
            else service.compare.set(index, { key: value });
          }}
        />
      )}
    </div>
  );
}

function imageChoices(result: Result | undefined): Choice[] {
  const { hasSimilar, hasAdversarial } = result?.reply ?? {};
  return [
    { value: 'film', label: t('imageFilm') },
    { value: 'map', label: t('imageMap') },
    { value: 'similar', label: t('imageSimilar'), disabled: !hasSimilar },
    { value: 'adversarial', label: t('imageOpposite'), disabled: !hasAdversarial },
  ];
}

/** Methods of the model, with each generator that fits, of which the film has no explanation yet with these settings. */
function methodsNotMade(state: ExplainState): { label: string; asked: AskedMethod }[] {
  const { methods, models, settings, subject, made } = state;
  const modelId = settings.modelId ?? (subject.kind === 'image' ? subject.modelId : undefined);
  const chosen = models.find(({ id }) => id === modelId)?.card;
  const label = chosen?.independent
    ? (currentResultOf(state)?.label ?? settings.label ?? chosen.classes[0].name)
    : undefined;
  const card = chosen && asExplained(chosen, label);
  const count = settings.augment ? settings.augmentCount : undefined;
  const isMade = ({ methodId, generator }: AskedMethod): boolean =>
    made.some(
      result =>
        result.card.id === card?.id &&
        result.method.id === methodId &&
        result.generator === generator &&
        result.label === label &&
        result.augment?.count === count,
    );
  return methods
    .filter(method => methodFits(method, card))
    .flatMap(({ id: methodId, title, ...method }): { label: string; asked: AskedMethod }[] => {
      const generators = fittingGenerators({ id: methodId, title, ...method }, card);
      const of = label === undefined ? {} : { label };
      if (generators.length === 0) return [{ label: title, asked: { methodId, ...of } }];
      return generators.map(generator => ({
        label: generators.length > 1 ? `${title} (${generator})` : title,
        asked: { methodId, generator, ...of },
      }));
    })
    .filter(({ asked }) => !isMade(asked));
}
