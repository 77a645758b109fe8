import { useState, type ReactNode } from 'react';
import { t } from '../extension/i18n';

/** @param label name of the region where it has no title to be seen */
export function Section({
  title,
  label = title,
  children,
  name,
}: {
  title?: string;
  label?: string;
  children: ReactNode;
  name?: string;
}) {
  return (
    <section data-cy={name} aria-label={label}>
      {title && <h3>{title}</h3>}
      {children}
    </section>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
  name: string;
  title?: string;
  disabled?: boolean;
}

export function Check({ label, checked, onChange, name, title, disabled }: CheckProps) {
  return (
    <label className="xp-check" title={title}>
      <input
        type="checkbox"
        data-cy={name}
        checked={checked}
        disabled={disabled}
        onChange={event => onChange(event.target.checked)}
      />
      {label}
    </label>
  );
}

interface SliderProps {
  label: string;
  value: number;
  valueText: string;
  min: number;
  max: number;
  step: number;
  onChange(value: number): void;
  name: string;
  disabled?: boolean;
}

export function Slider({ label, value, valueText, min, max, step, onChange, name, disabled }: SliderProps) {
  return (
    <label className="xp-field">
      <span>
        {label}
        <b className="xp-num">{valueText}</b>
      </span>
      <input
        type="range"
        data-cy={name}
        aria-valuetext={valueText}
        {...{ value, min, max, step, disabled }}
        onChange={event => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

interface SelectProps {
  label: string;
  value: string;
  choices: readonly Choice[];
  onChange(value: string): void;
  name: string;
  disabled?: boolean;
}

export function Select({ label, value, choices, onChange, name, disabled }: SelectProps) {
  return (
    <select
      data-cy={name}
      aria-label={label}
      title={choices.find(choice => choice.value === value)?.label}
      value={value}
      disabled={disabled}
      onChange={event => onChange(event.target.value)}
    >
      {choices.map(choice => (
        <option key={choice.value} value={choice.value} disabled={choice.disabled}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

/** A button that acts while it is held, by pointer or keyboard. */
export function HoldButton({
  label,
  name,
  held,
  onHold,
  disabled,
}: {
  label: string;
  name: string;
  held: boolean;
  onHold(held: boolean): void;
  disabled?: boolean;
}) {
  const isKey = (key: string): boolean => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      data-cy={name}
      aria-pressed={held}
      disabled={disabled}
      style={{ touchAction: 'none', userSelect: 'none' }}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onHold(true);
      }}
      onPointerUp={() => onHold(false)}
      onPointerCancel={() => onHold(false)}
      onLostPointerCapture={() => onHold(false)}
      onContextMenu={event => event.preventDefault()}
      onKeyDown={event => isKey(event.key) && !event.repeat && onHold(true)}
      onKeyUp={event => isKey(event.key) && onHold(false)}
      onBlur={() => held && onHold(false)}
    >
      {label}
    </button>
  );
}

/** A message; failures interrupt a screen reader, the rest waits its turn. */
export function Alert({
  kind,
  children,
  name,
  onDismiss,
  dismissLabel,
}: {
  kind: 'error' | 'caution' | 'info';
  children: ReactNode;
  name: string;
  onDismiss?: () => void;
  dismissLabel?: string;
}) {
  return (
    <section className={`xp-alert xp-${kind}`} data-cy={name} role={kind === 'error' ? 'alert' : 'status'}>
      <div className="xp-row xp-between">
        <div className="xp-grow">{children}</div>
        {onDismiss && (
          <button type="button" aria-label={dismissLabel} onClick={onDismiss}>
            ×
          </button>
        )}
      </div>
    </section>
  );
}

interface NumberFieldProps {
  label: string;
  name: string;
  value: number;
  min: number;
  max: number;
  disabled?: boolean;
  onChange(value: number): void;
}

/**
 * A field for a whole number. What is typed stays as it is until it is a number in range or the field is left: a "1" on the
 * way to "12" is no answer yet. A field that is left without a number says that the one before holds, and one that is left with
 * a number out of range that the nearest is taken.
 */
export function NumberField({ label, name, value, min, max, disabled, onChange }: NumberFieldProps) {
  const [draft, setDraft] = useState<string>();
  const [note, setNote] = useState<'kept' | 'limited'>();
  const field = (
    <input
      type="number"
      aria-label={label}
      data-cy={name}
      value={draft ?? String(value)}
      {...{ min, max, disabled }}
      onChange={event => {
        setDraft(event.target.value);
        setNote(undefined);
        const typed = event.target.valueAsNumber;
        if (Number.isInteger(typed) && typed >= min && typed <= max) onChange(typed);
      }}
      onBlur={event => {
        const typed = Math.round(event.target.valueAsNumber);
        const inRange = Math.min(max, Math.max(min, typed));
        if (Number.isFinite(typed)) onChange(inRange);
        setNote(Number.isFinite(typed) ? (inRange === typed ? undefined : 'limited') : 'kept');
        setDraft(undefined);
      }}
    />
  );
  return (
    <span>
      {field}
      <span role="status" data-cy={`${name}-kept`}>
        {note && ` ${t(note === 'kept' ? 'numberKept' : 'numberLimited', { value, min, max })}`}
      </span>
    </span>
  );
}

/** Sentences, one a line. */
export function List({ items }: { items: readonly string[] }) {
  return (
    <ul>
      {items.map(item => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  );
}
