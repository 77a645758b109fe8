import { useEffect, useRef } from 'react';
import { percentText, scoreText, t } from '../../extension/i18n';
import {
  curveScore,
  gradedOf,
  gradedSteps,
  pointOf,
  type GradedCounterfactual,
} from '../../extension/store/state';
import { Section } from '../controls';
import type { PanelSection, ResultProps } from '../panel-section';

export const graded: PanelSection = {
  id: 'graded',
  needsResult: true,
  tellsAnswer: true,
  Section: GradedSection,
};

/** From the similar to the opposite image by steps, with the classifier's score along the way. */
function GradedSection({ service, actions, state, result }: ResultProps) {
  const { hasAdversarial } = result.reply;
  useEffect(() => {
    if (hasAdversarial) void service.graded.ensure();
  }, [service, result, hasAdversarial]);
  const shown = gradedOf(state);
  if (!hasAdversarial || !shown) return null;
  const { curve, failure, needsModel, step, playing } = shown;
  const off = !curve || !state.outputVisible;
  const isFromFilm = result.reply.similarIsOriginal || curve?.from === 'film';
  return (
    <Section name="explain-graded" title={t(isFromFilm ? 'gradedFromFilm' : 'graded')}>
      {failure && <p role="alert">{failure}</p>}
      {!curve && !failure && <p className="xp-dim">{t(needsModel ? 'gradedNeedsModel' : 'gradedWaiting')}</p>}
      {needsModel && (
        <div className="xp-buttons">
          <button
            type="button"
            data-cy="explain-graded-load"
            onClick={() => void service.graded.ensure({ load: true })}
          >
            {t('gradedLoad')}
          </button>
        </div>
      )}
      {curve && (
        <>
          <Curve curve={curve} step={step} />
          <p className="xp-verdict" data-cy="explain-graded-change" data-changes={curve.changes.join(' ')}>
            {changeText(curve)}
          </p>
        </>
      )}
      <StepSlider
        value={step ?? 0}
        disabled={off}
        text={curve ? stepText(curve, step ?? 0) : ''}
        onChange={next => service.graded.show(next)}
      />
      <div className="xp-buttons">
        <button
          type="button"
          data-cy="explain-graded-play"
          aria-pressed={playing}
          disabled={off}
          onClick={() => (playing ? service.graded.show(step ?? 0) : service.graded.play())}
        >
          {t(playing ? 'gradedPause' : 'gradedPlay')}
        </button>
        <button
          type="button"
          data-cy="explain-graded-off"
          disabled={step === undefined}
          onClick={() => service.graded.hide()}
        >
          {t('gradedFilm')}
        </button>
        <button
          type="button"
          data-cy="explain-graded-gif"
          disabled={!curve || state.saving}
          onClick={() => void actions.saveAnimation()}
        >
          {t('gradedGif')}
        </button>
      </div>
    </Section>
  );
}

/** Arrow keys are the browser's; the wheel takes a step while the slider has the focus, and scrolls the panel otherwise. */
function StepSlider({
  value,
  disabled,
  text,
  onChange,
}: {
  value: number;
  disabled: boolean;
  text: string;
  onChange(step: number): void;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const slider = input.current;
    const turn = (event: WheelEvent): void => {
      if (slider?.ownerDocument.activeElement !== slider || event.deltaY === 0) return;
      event.preventDefault();
      onChange(value + Math.sign(event.deltaY));
    };
    // React listens passively, and the panel would scroll along.
    slider?.addEventListener('wheel', turn, { passive: false });
    return () => slider?.removeEventListener('wheel', turn);
  });
  return (
    <label className="xp-field">
      <span>
        {t('gradedStep')}
        <b className="xp-num">{text}</b>
      </span>
      <input
        ref={input}
        type="range"
        data-cy="explain-graded-step"
        aria-valuetext={text}
        min={0}
        max={gradedSteps - 1}
        step={1}
        {...{ value, disabled }}
        onChange={event => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}

const [width, height] = [220, 72];

/** The score along the way, the threshold as a dashed line, the changes of the answer as marks on it. */
function Curve({ curve, step }: { curve: GradedCounterfactual; step?: number }) {
  const { steps, changes } = curve;
  const x = (fraction: number): number => fraction * width;
  const y = (score: number): number => (1 - score) * height;
  const point = pointOf(steps[0].decision);
  const line = steps.map(one => `${x(one.fraction)},${y(curveScore(curve, one))}`).join(' ');
  const at = step === undefined ? undefined : steps[step];
  const ends = {
    from: scoreText(curveScore(curve, steps[0])),
    to: scoreText(curveScore(curve, steps.at(-1)!)),
  };
  return (
    <svg
      data-cy="explain-graded-curve"
      role="img"
      aria-label={`${t('gradedCurve', ends)} ${changeText(curve)}`}
      viewBox={`-4 -4 ${width + 8} ${height + 8}`}
      style={{ width: '100%', display: 'block' }}
    >
      <rect {...{ width, height }} fill="none" stroke="var(--line)" />
      {point !== undefined && (
        <line x1={0} x2={width} y1={y(point)} y2={y(point)} stroke="var(--text)" strokeDasharray="4 3" />
      )}
      <polyline points={line} fill="none" stroke="var(--accent)" strokeWidth={2} />
      {changes.map(change => (
        <line
          key={change}
          x1={x(change)}
          x2={x(change)}
          y1={0}
          y2={height}
          stroke="var(--amber)"
          strokeWidth={2}
        />
      ))}
      {at && <circle cx={x(at.fraction)} cy={y(curveScore(curve, at))} r={4} fill="var(--amber)" />}
    </svg>
  );
}

function changeText({ changes }: GradedCounterfactual): string {
  if (changes.length === 0) return t('gradedNoChange');
  return t('gradedChange', {
    places: changes.map(change => percentText(Math.round(100 * change))).join(', '),
  });
}

function stepText(curve: GradedCounterfactual, step: number): string {
  const one = curve.steps[step];
  return `${percentText(Math.round(100 * one.fraction))} · ${scoreText(curveScore(curve, one))}`;
}
