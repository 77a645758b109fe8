import { useId } from 'react';
import type { Scale } from '../../study/plan';
import { useStudy } from './context';

interface Props {
  scale: Scale;
  label: string;
  name: string;
  value: number | undefined;
  onChange(value: number): void;
}

/** A rating: a button for each point, or 0 to 100. Nothing is chosen before the reader chooses: a default would draw answers to it. */
export function ScaleField(props: Props) {
  return props.scale.kind === 'points' ? (
    <Points {...props} labels={props.scale.labels} />
  ) : (
    <Percent {...props} ends={props.scale.ends} />
  );
}

function Points({ labels, label, name, value, onChange }: Props & { labels: readonly string[] }) {
  const group = useId();
  return (
    <fieldset className="xp-scale" data-cy={name}>
      <legend>{label}</legend>
      {labels.map((word, i) => (
        <label key={word} className="xp-check">
          <input
            type="radio"
            name={group}
            value={i + 1}
            data-cy={`${name}-${i + 1}`}
            checked={value === i + 1}
            onChange={() => onChange(i + 1)}
          />
          <span className="xp-num">{i + 1}</span> {word}
        </label>
      ))}
    </fieldset>
  );
}

function Percent({ ends, label, name, value, onChange }: Props & { ends: readonly [string, string] }) {
  const { t } = useStudy();
  const given = (typed: number): void => {
    if (Number.isFinite(typed)) onChange(Math.round(Math.min(100, Math.max(0, typed))));
  };
  return (
    <fieldset className="xp-scale" data-cy={name}>
      <legend>{label}</legend>
      <input
        type="range"
        className={value === undefined ? 'xp-unset' : undefined}
        aria-label={label}
        aria-valuetext={value === undefined ? '–' : String(value)}
        min={0}
        max={100}
        step={1}
        value={value ?? 50}
        onChange={event => given(event.target.valueAsNumber)}
        // A press on the very place where the knob stands changes nothing, and is an answer nevertheless.
        onPointerUp={event => given(event.currentTarget.valueAsNumber)}
      />
      <div className="xp-row xp-between xp-dim">
        <span>0 {ends[0]}</span>
        <input
          type="number"
          aria-label={`${label} (${t('ofHundred')})`}
          data-cy={`${name}-number`}
          min={0}
          max={100}
          value={value ?? ''}
          onChange={event => given(event.target.valueAsNumber)}
        />
        <span>100 {ends[1]}</span>
      </div>
    </fieldset>
  );
}
