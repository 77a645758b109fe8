import { Help, Option } from 'commander';

/** What the help says of an option: its default as it would be typed, not as JSON writes it. */
export function describedOption(option: Option): string {
  const { defaultValue: standing, defaultValueDescription: told } = option;
  const typed = told ?? (Array.isArray(standing) ? typedList(option, standing) : undefined);
  if (typed === undefined) return new Help().optionDescription(option);
  const shown = new Option(option.flags, option.description);
  if (option.argChoices) shown.choices(option.argChoices);
  if (option.envVar) shown.env(option.envVar);
  if (typed !== '') shown.default(typed, typed);
  return new Help().optionDescription(shown);
}

/** Values that are typed one after the other, or with commas between them; nothing where there is none. */
function typedList({ variadic }: Option, values: readonly unknown[]): string {
  return values.join(variadic ? ' ' : ',');
}
